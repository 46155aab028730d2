import type { Change } from './changes.ts';
import type { StoredEvent } from './stored.ts';

/** An appointment after one of its changes. */
export interface State {
  readonly xid: string;
  readonly version: number;
  readonly status: string;
  readonly unitsReserved: number;
  readonly practitionerId: unknown;
  readonly authorizationId: string;
  readonly startTime: unknown;
  readonly endTime: unknown;
  readonly location: unknown;
  readonly notes: unknown;
  readonly cancellationReason: unknown;
}

type Violated = (what: string) => void;
/** Units by authorization. */
type Moves = Record<string, { reserved: number; used: number }>;

/**
 * Replays the changes of appointments from what was asked for and what the audit trail tells, and checks that each moved
 * the units that it had to move, and claimed the key of its call, in its own transaction.
 *
 * @returns the states of every appointment, the one of version 1 first
 */
export function replay(changes: readonly Change[], violated: Violated): Map<string, State[]> {
  const histories = new Map<string, State[]>();
  for (const change of changes) {
    const { call, attempt, events } = change;
    const tell = (what: string): void => violated(`${call.operation} ${attempt.requestId}: ${what}`);
    checkKey(change, tell);
    const event = events.find(({ action }) => action !== 'CREATE_SESSION')!;
    if (event.action === 'UPDATE_AUTHORIZATION') {
      checkAdjustment(change, event, tell);
      continue;
    }
    const history = histories.get(event.resourceId) ?? [];
    histories.set(event.resourceId, history);
    const before = history.at(-1);
    if ((event.action === 'CREATE_APPOINTMENT') !== (before === undefined)) {
      tell(`${event.action} of an appointment with ${history.length} changes before it`);
      continue;
    }
    const after = next(before, event, change);
    history.push(after);
    checkAsked(change, after, tell);
    checkMoves(change, event.resourceId, movesOf(before, after, event), tell);
  }
  return histories;
}

function next(before: State | undefined, { action, details }: StoredEvent, { xid, call: { input } }: Change): State {
  const given = (name: 'location' | 'notes'): unknown => (name in input ? input[name] : (before?.[name] ?? null));
  const ended = action === 'COMPLETE_APPOINTMENT';
  return {
    xid,
    version: (before?.version ?? 0) + 1,
    status: ended ? 'COMPLETED' : String(details.status),
    unitsReserved: ended ? 0 : Number(details.unitsReserved),
    practitionerId: details.practitionerId,
    authorizationId: String(details.authorizationId),
    // those of a completion are the session's
    startTime: ended ? before?.startTime : details.startTime,
    endTime: ended ? before?.endTime : details.endTime,
    location: given('location'),
    notes: given('notes'),
    cancellationReason: action === 'CANCEL_APPOINTMENT' ? input.reason : null,
  };
}

/** What the call asked for is what was stored. */
function checkAsked({ call: { operation, input } }: Change, after: State, tell: Violated): void {
  if (operation !== 'createAppointment' && operation !== 'updateAppointment') return;
  for (const field of ['practitionerId', 'authorizationId', 'startTime', 'endTime'] as const)
    if (field in input && !same(input[field], after[field])) tell(`${field} is not what was asked for`);
}

function movesOf(before: State | undefined, after: State, { action, details }: StoredEvent): Moves {
  const moves: Moves = {};
  const move = (authorizationId: string, reserved: number, used: number): void => {
    const known = moves[authorizationId] ?? { reserved: 0, used: 0 };
    moves[authorizationId] = { reserved: known.reserved + reserved, used: known.used + used };
  };
  if (before) move(before.authorizationId, -before.unitsReserved, 0);
  move(after.authorizationId, after.unitsReserved, action === 'COMPLETE_APPOINTMENT' ? Number(details.unitsUsed) : 0);
  return moves;
}

function checkMoves({ entries }: Change, appointmentId: string, expected: Moves, tell: Violated): void {
  const left = structuredClone(expected);
  for (const entry of entries) {
    const known = (left[entry.authorizationId] ??= { reserved: 0, used: 0 });
    known.reserved -= entry.reserved;
    known.used -= entry.used;
    if (entry.appointmentId !== appointmentId) tell(`moved units of appointment ${entry.appointmentId}`);
  }
  if (Object.values(left).some(({ reserved, used }) => reserved !== 0 || used !== 0))
    tell(`its entries do not move ${JSON.stringify(expected)}`);
}

function checkAdjustment({ call, attempt, entries }: Change, event: StoredEvent, tell: Violated): void {
  const [entry] = entries;
  const { totalUnits, reason } = call.input;
  if (entry?.kind !== 'ADJUST' || entries.length > 1 || entry.totalAfter !== totalUnits || entry.reason !== reason)
    tell('its ADJUST is not what was asked for');
  if (entry?.authorizationId !== event.resourceId) tell('adjusted another authorization');
  if (attempt.outcome.verdict !== 'acknowledged' || !entry) return;
  const { answer } = attempt.outcome;
  const after = { totalUnits: entry.totalAfter, reservedUnits: entry.reservedAfter, usedUnits: entry.usedAfter };
  for (const [field, value] of Object.entries(after))
    if (answer[field] !== value) tell(`${field} was answered as ${String(answer[field])} and is ${value}`);
}

function checkKey({ call, events, keys }: Change, tell: Violated): void {
  const objects = events.map(({ resourceId }) => resourceId);
  const isRight = ({ operation, key, resourceId }: Change['keys'][number]): boolean =>
    operation === call.operation && key === call.key && objects.includes(resourceId);
  if (keys.length !== (call.key === undefined ? 0 : 1) || !keys.every(isRight)) tell('the key was not claimed with it');
}

/** Instants are told as Date by the driver and as text by the API and the trail. */
export function same(one: unknown, other: unknown): boolean {
  if (one instanceof Date || other instanceof Date || (isInstant(one) && isInstant(other)))
    return one != null && other != null && timeOf(one) === timeOf(other);
  if (typeof one === 'object' && one) return JSON.stringify(one) === JSON.stringify(other);
  return (one ?? null) === (other ?? null);
}

function isInstant(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value);
}

function timeOf(value: unknown): number {
  return (value instanceof Date ? value : new Date(String(value))).getTime();
}
