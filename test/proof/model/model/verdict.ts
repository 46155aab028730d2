import type { Name, World } from './world.ts';

export type Code =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'INSUFFICIENT_UNITS'
  | 'AUTHORIZATION_NOT_USABLE'
  | 'AUTHORIZATION_PATIENT_MISMATCH'
  | 'SCHEDULING_CONFLICT'
  | 'INVALID_STATUS_TRANSITION'
  | 'STALE_VERSION'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'RATE_LIMITED';

/** One reason to refuse. Of the details those are named that are promised; an answer may hold more. */
export interface Refusal {
  readonly code: Code;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Accepted {
  /** What the answer must hold; names stand for ids, and a new object's name for the id that it got. */
  readonly data: unknown;
  readonly world: World;
  /** Whether it gave an earlier call's object, by its idempotency key. */
  readonly again?: boolean;
}

/** Refused for one of these reasons. Nothing has changed, but for what a failed attempt to sign in leaves behind. */
export interface Refused {
  readonly refused: readonly Refusal[];
  readonly after?: World;
}

export type Verdict = Accepted | Refused;

/** Something or other: the model does not know, and need not. */
export const SOMETHING = '*';

/** A list whose order is not promised. */
export interface AnyOrder {
  readonly anyOrder: readonly unknown[];
}

export function anyOrder(items: readonly unknown[]): AnyOrder {
  return { anyOrder: items };
}

export function refusal(code: Code, details: Refusal['details'] = {}): Refusal {
  return { code, details };
}

export const BAD = refusal('BAD_USER_INPUT');
export const FORBIDDEN = refusal('FORBIDDEN');

export function notFound(id: Name): Refusal {
  return refusal('NOT_FOUND', { resourceId: id });
}

/** The reason where the condition holds. */
export function when(condition: boolean, reason: Refusal): readonly Refusal[] {
  return condition ? [reason] : [];
}

/**
 * The reasons of the first step that has any. Of two steps the first is looked at first, by domain.md, the contract or
 * docs/architecture.md; of reasons within a step none of them says which comes first, so either is a right answer.
 */
export function firstOf(...steps: (() => readonly Refusal[])[]): readonly Refusal[] {
  for (const step of steps) {
    const reasons = step();
    if (reasons.length) return reasons;
  }
  return [];
}

/** Refuses where there is a reason, else accepts. */
export function decided(refused: readonly Refusal[], accept: () => Accepted): Verdict {
  return refused.length ? { refused } : accept();
}
