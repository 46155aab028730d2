import type { By, Operation } from './calls.ts';
import { callerOf } from './rights.ts';
import { refusal, type Accepted, type Refusal, type Verdict } from './verdict.ts';
import { find, put, type Name, type World } from './world.ts';

interface KeyedCall {
  /** Whose the key is. */
  readonly by: By;
  /** Of the object: keys of two organizations never meet. */
  readonly organization: Name;
  readonly operation: Operation;
  readonly input: { readonly idempotencyKey?: string };
}

export const REUSED = refusal('IDEMPOTENCY_KEY_REUSED');

/**
 * The same call twice happens once, for the user who makes it.
 *
 * @param made what the work makes or changes, and a repetition gives
 * @param again a repetition's answer: the object as it is now
 */
export function once(
  world: World,
  call: KeyedCall,
  made: Name,
  work: () => Verdict,
  again: (made: Name) => Accepted | { readonly refused: readonly Refusal[] },
): Verdict {
  const { idempotencyKey: key } = call.input;
  if (key === undefined) return work();
  const name = nameOf(world, call, key);
  const input = JSON.stringify(call.input);
  const known = find(world, 'keys', name);
  if (known) return known.input === input ? again(known.made) : { refused: [REUSED] };
  const verdict = work();
  if ('refused' in verdict) return verdict; // the key stays free
  const { organization, operation } = call;
  const row = { name, organization, operation, user: userOf(world, call), key, input, made, at: world.now };
  return { ...verdict, world: put(verdict.world, 'keys', row) };
}

/** That the caller's key has served, where the object whose organization it belongs to is not there to tell. */
export function reusedIn(world: World, call: KeyedCall): readonly Refusal[] {
  const { idempotencyKey: key } = call.input;
  return key !== undefined && find(world, 'keys', nameOf(world, call, key)) ? [REUSED] : [];
}

function nameOf(world: World, call: KeyedCall, key: string): Name {
  return `${call.organization}/${call.operation}/${userOf(world, call)}/${key}`;
}

function userOf(world: World, { by }: KeyedCall): Name {
  return callerOf(world, by)!.name;
}
