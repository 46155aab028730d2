import { verifyLedger } from '../../../../src/oversight/verification/verify-ledger.ts';
import type { Answer, Call } from './call.ts';
import { changesOf, checkOutcomes, type Change } from './changes.ts';
import { replay, same, type State } from './histories.ts';
import { stored, type Stored, type StoredRow } from './stored.ts';

type Violated = (what: string) => void;

/**
 * Compares what is stored with what was asked and answered: every acknowledged change is there as it was answered, every
 * other is there as a whole or not at all, nothing else is, and all invariants hold.
 *
 * @returns the violations, none of which may be
 */
export async function examine(
  ownerUrl: string,
  calls: readonly Call[],
): Promise<{ violations: string[]; changes: Change[] }> {
  const violations: string[] = [];
  const violated: Violated = (what) => violations.push(what);
  const found = await stored(ownerUrl);
  const changes = changesOf(calls, found, violated);
  checkOutcomes(calls, changes, violated);
  const histories = replay(changes, violated);
  checkAppointments(found, histories, violated);
  checkSessions(found, changes, violated);
  checkAuthorizations(found, changes, violated);
  checkAnswers(calls, found, histories, violated);
  for (const breach of (await verifyLedger(ownerUrl)).breaches) violated(`invariant: ${JSON.stringify(breach)}`);
  return { violations, changes };
}

/** Each row is as its last change left it. */
function checkAppointments({ appointments }: Stored, histories: Map<string, State[]>, violated: Violated): void {
  const rows = new Map(appointments.map((row) => [row.id, row]));
  for (const [id, history] of histories) {
    const row = rows.get(id);
    if (row) compare(`appointment ${id}`, row, history.at(-1)!, violated);
    else violated(`appointment ${id}: its events are there, and it is not`);
    rows.delete(id);
  }
  for (const id of rows.keys()) violated(`appointment ${id}: it is there, and no event tells of it`);
}

function checkSessions({ sessions }: Stored, changes: readonly Change[], violated: Violated): void {
  const rows = new Map(sessions.map((row) => [row.id, row]));
  for (const { xid, call, events } of changes) {
    const event = events.find(({ action }) => action === 'CREATE_SESSION');
    if (!event) continue;
    const { startTime, endTime, unitsUsed, unitsUnauthorized, appointmentId } = event.details;
    const { narrativeNotes, metrics } = call.input;
    const expected = { xid, startTime, endTime, unitsUsed, unitsUnauthorized, appointmentId, narrativeNotes, metrics };
    const row = rows.get(event.resourceId);
    if (row) compare(`session ${event.resourceId}`, row, expected, violated);
    else violated(`session ${event.resourceId}: its event is there, and it is not`);
    rows.delete(event.resourceId);
  }
  for (const id of rows.keys()) violated(`session ${id}: it is there, and no event tells of it`);
}

function checkAuthorizations({ authorizations }: Stored, changes: readonly Change[], violated: Violated): void {
  const counts = new Map<string, number>();
  for (const { events } of changes)
    for (const { action, resourceId } of events)
      if (action === 'UPDATE_AUTHORIZATION') counts.set(resourceId, (counts.get(resourceId) ?? 0) + 1);
  for (const { id, version } of authorizations)
    if (version !== 1 + (counts.get(id) ?? 0))
      violated(`authorization ${id}: version ${String(version)} after ${counts.get(id) ?? 0} changes`);
}

/** Each acknowledged answer is the object as it was after one of its changes, of that version. */
function checkAnswers(
  calls: readonly Call[],
  found: Stored,
  histories: Map<string, State[]>,
  violated: Violated,
): void {
  const sessions = new Map(found.sessions.map((row) => [row.id, row]));
  const appointments = new Map(found.appointments.map((row) => [row.id, row]));
  for (const { operation, attempts } of calls)
    for (const { requestId, outcome } of attempts) {
      if (outcome.verdict !== 'acknowledged' || operation === 'updateAuthorization') continue;
      const { answer } = outcome;
      const isSession = operation === 'completeAppointment';
      const row = isSession ? sessions.get(answer.id) : appointments.get(answer.id);
      const as = isSession ? row : stateOf(answer, row, histories.get(answer.id));
      if (as) compare(`${operation} ${requestId}, answered`, answer, as, violated, Object.keys(answer));
      else violated(`${operation} ${requestId}: nothing is as it was answered`);
    }
}

/** What an answer of that version has to be; the instants that a row has had from its first or last change on are the row's. */
function stateOf({ version }: Answer, row: StoredRow | undefined, history: State[] | undefined): object | undefined {
  const state = history?.[Number(version) - 1];
  if (!state || !row) return undefined;
  const { createdAt, updatedAt, cancelledAt } = row;
  return {
    ...state,
    createdAt,
    ...(state.version === row.version && { updatedAt, startedAt: row.startedAt }),
    cancelledAt: state.status === 'CANCELLED' ? cancelledAt : null,
  };
}

/** @param fields those that are compared: all that are expected, or of these the ones that were answered */
function compare(what: string, is: object, expected: object, violated: Violated, fields = Object.keys(expected)): void {
  for (const field of fields) {
    if (!(field in expected)) continue;
    const [one, other] = [is[field as keyof typeof is], expected[field as keyof typeof expected]] as [unknown, unknown];
    if (!same(one, other)) violated(`${what}: ${field} is ${JSON.stringify(one)}, not ${JSON.stringify(other)}`);
  }
}
