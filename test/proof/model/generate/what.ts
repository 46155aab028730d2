import type { Call, Operation } from '../model/calls.ts';
import { UNKNOWN } from '../model/start.ts';
import { rows, type Name, type Owned, type Row, type World } from '../model/world.ts';
import type { Dice } from './dice.ts';

type OwnedTable =
  'users' | 'patients' | 'practitioners' | 'serviceCodes' | 'authorizations' | 'appointments' | 'sessions' | 'grants';

/**
 * The id of an object of this kind: mostly one that is likely to do, else another of the organization, a foreign one,
 * or one that nobody knows.
 */
export function some<T extends OwnedTable>(
  world: World,
  dice: Dice,
  table: T,
  organization: Name,
  likely: (row: Row<T>) => boolean = () => true,
): Name {
  const all = rows(world, table);
  const own = all.filter((row) => (row as Owned).organization === organization);
  const names = (found: readonly Owned[]): readonly Name[] => found.map(({ name }) => name);
  const choice = dice.weighted<readonly Name[]>([
    [88, names(own.filter(likely))],
    [8, names(own)],
    [2, names(all.filter((row) => (row as Owned).organization !== organization))],
    [2, [UNKNOWN]],
  ]);
  return dice.of(choice) ?? dice.of(names(own)) ?? UNKNOWN;
}

/** Mostly left out; else the current one, or one that is not. */
export function expectedVersion(dice: Dice, current: number): { readonly expectedVersion?: number } {
  return dice.weighted([
    [72, {}],
    [18, { expectedVersion: current }],
    [6, { expectedVersion: current + 1 }],
    [4, { expectedVersion: Math.max(current - 1, 0) }],
  ]);
}

const DAY = 86_400_000;

/**
 * No key, a fresh one, or one that has served for some call. Keys are promised for 24 hours, and may be forgotten
 * then: an older one is not used again.
 */
export function key(world: World, dice: Dice, organization: Name): { readonly idempotencyKey?: string } {
  const own = rows(world, 'keys').filter((row) => row.organization === organization);
  const old = new Set(own.filter(({ at }) => at <= world.now - DAY).map((row) => row.key));
  const fresh = `k${rows(world, 'keys').length + 1}`;
  const served = own.map((row) => row.key).filter((each) => !old.has(each));
  return dice.weighted<() => { readonly idempotencyKey?: string }>([
    [58, () => ({})],
    [32, () => ({ idempotencyKey: fresh })],
    [10, () => ({ idempotencyKey: dice.of(served) ?? fresh })],
  ])();
}

/** What may be left out of a call with a key, and is then the same as null. */
const LEFT_OUT: Partial<Record<Operation, readonly string[]>> = {
  createAppointment: ['serviceCode', 'location', 'notes', 'recurrenceRule'],
  updateAppointment: ['practitionerId', 'authorizationId', 'serviceCode', 'startTime', 'endTime', 'expectedVersion'],
  cancelAppointment: ['reason', 'expectedVersion'],
  completeAppointment: ['actualStartTime', 'actualEndTime', 'narrativeNotes', 'voiceRecordingUrl', 'metrics'],
};

/** Now and then with null for what is left out, as some clients send all that a form has. */
export function withNulls(dice: Dice, call: Call): Call {
  const left = LEFT_OUT[call.operation]?.filter((field) => !(field in call.input)) ?? [];
  if (!left.length || dice.percent(70)) return call;
  const nulls = left.filter(() => dice.percent(50));
  return { ...call, input: { ...call.input, ...Object.fromEntries(nulls.map((field) => [field, null])) } } as Call;
}

/** Keys that a client may still repeat. */
export function repeatable(world: World): readonly Row<'keys'>[] {
  return rows(world, 'keys').filter(({ at }) => at > world.now - DAY);
}
