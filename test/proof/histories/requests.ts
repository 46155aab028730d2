import type { Slot } from './calendar.ts';

/** Names of authorizations, patients, practitioners and visits, such as A1, N2, P1, V17. */
export type Name = string;

interface Keyed {
  /** The idempotencyKey. */
  readonly key?: string;
  /** Sends null for what it leaves out. */
  readonly nulls?: true;
}

interface Versioned {
  readonly expectedVersion?: number;
}

/** Made by an admin of the practice, by another one, or by a stranger from elsewhere. */
export type Request = { readonly by?: 'colleague' | 'stranger' } & (
  | ({ readonly do: 'book'; readonly authorization: Name; readonly patient: Name; readonly practitioner: Name } & Slot &
      Keyed)
  | ({ readonly do: 'change'; readonly visit: Name; readonly to: Change } & Keyed & Versioned)
  | ({ readonly do: 'cancel'; readonly visit: Name } & Keyed & Versioned)
  | { readonly do: 'start' | 'miss'; readonly visit: Name }
  /** So many minutes were delivered, or else those that were booked. */
  | ({ readonly do: 'complete'; readonly visit: Name; readonly delivered?: number } & Keyed)
  | ({ readonly do: 'adjust'; readonly authorization: Name; readonly total: number } & Versioned)
  | { readonly do: 'balance'; readonly authorization: Name }
  | { readonly do: 'look'; readonly visit: Name }
);

/** What a visit is to have anew: a time is a start and a length. */
export interface Change extends Partial<Slot> {
  readonly authorization?: Name;
  readonly practitioner?: Name;
}

export type Status = 'SCHEDULED' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELLED' | 'NO_SHOW';

export interface VisitSeen extends Slot {
  readonly visit: Name;
  readonly status: Status;
  readonly units: number;
  readonly version: number;
}

export interface BalanceSeen {
  readonly total: number;
  readonly reserved: number;
  readonly used: number;
  readonly version: number;
}

export interface SessionSeen {
  readonly session: Name;
  readonly used: number;
  readonly unauthorized: number;
}

export interface Refused {
  readonly refused: string;
  /** What the error says of the moment, such as availableUnits or currentVersion. */
  readonly details: Readonly<Record<string, unknown>>;
}

export type Seen = VisitSeen | BalanceSeen | SessionSeen;
export type Answer = Seen | Refused;

export function isRefused(answer: Answer): answer is Refused {
  return 'refused' in answer;
}
