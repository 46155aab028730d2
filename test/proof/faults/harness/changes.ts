import { ANSWER_INCOMPLETE, told, type Attempt, type Call, type Operation } from './call.ts';
import type { Action, Stored, StoredEntry, StoredEvent, StoredKey } from './stored.ts';

/** All that one transaction stored, and the attempt that asked for it. */
export interface Change {
  readonly xid: string;
  readonly call: Call;
  readonly attempt: Attempt;
  readonly events: readonly StoredEvent[];
  readonly entries: readonly StoredEntry[];
  readonly keys: readonly StoredKey[];
}

const ACTIONS_OF: Readonly<Record<Operation, readonly Action[]>> = {
  createAppointment: ['CREATE_APPOINTMENT'],
  updateAppointment: ['UPDATE_APPOINTMENT'],
  cancelAppointment: ['CANCEL_APPOINTMENT'],
  startAppointment: ['START_APPOINTMENT'],
  markNoShow: ['NO_SHOW_APPOINTMENT'],
  completeAppointment: ['COMPLETE_APPOINTMENT', 'CREATE_SESSION'],
  updateAuthorization: ['UPDATE_AUTHORIZATION'],
};

/**
 * What was stored, change by change in the order of their events. Tells of all that belongs to no attempt, and of events
 * that are missing or too many.
 */
export function changesOf(calls: readonly Call[], stored: Stored, violated: (what: string) => void): Change[] {
  const asked = new Map(
    calls.flatMap((call) => call.attempts.map((attempt) => [attempt.requestId, { call, attempt }])),
  );
  const events = grouped(stored.events, ({ xid }) => xid);
  const entries = grouped(stored.entries, ({ xid }) => xid);
  const keys = grouped(stored.keys, ({ xid }) => xid);
  for (const xid of [...entries.keys(), ...keys.keys()])
    if (!events.has(xid)) violated(`transaction ${xid}: ledger entries or a key without an audit event`);
  return [...events].flatMap(([xid, own]) => {
    const found = asked.get(own[0]!.requestId);
    if (!found) {
      violated(`transaction ${xid}: ${own[0]!.action} of request ${own[0]!.requestId}, which nobody made`);
      return [];
    }
    const said = own.map(({ action }) => action).sort();
    if (
      said.join() !== ACTIONS_OF[found.call.operation].join() ||
      own.some((each) => each.requestId !== own[0]!.requestId)
    )
      violated(`${found.call.operation} ${found.attempt.requestId}: its events are ${said.join(', ')}`);
    return [{ xid, ...found, events: own, entries: entries.get(xid) ?? [], keys: keys.get(xid) ?? [] }];
  });
}

/** What each call may have changed, by its answers: once where one was acknowledged, never by an attempt that was refused. */
export function checkOutcomes(
  calls: readonly Call[],
  changes: readonly Change[],
  violated: (what: string) => void,
): void {
  const byCall = grouped(changes, ({ call }) => call);
  for (const call of calls) {
    const own = byCall.get(call) ?? [];
    const tell = (what: string): void => violated(`${told(call)}: ${what}`);
    if (own.length > 1) tell(`changed ${own.length} times`);
    for (const { attempt } of own)
      if (attempt.outcome.verdict === 'refused') tell(`${attempt.requestId} was refused and changed something`);
    const answers = call.attempts.flatMap(({ outcome }) =>
      outcome.verdict === 'acknowledged' ? [outcome.answer] : [],
    );
    if (answers.length && !own.length) tell('acknowledged, and nothing is there');
    if (
      !own.length &&
      call.attempts.some(({ outcome }) => outcome.verdict === 'unknown' && outcome.code === ANSWER_INCOMPLETE)
    )
      tell('said to be saved, and nothing is there');
    if (answers.some(({ id }) => id !== answers[0]?.id)) tell('a repeated call was answered with another object');
    const final = call.attempts.at(-1)?.outcome;
    if (call.key !== undefined && final?.verdict === 'refused' && own.length)
      tell(`settled as refused (${final.code}), and the change is there`);
  }
}

function grouped<K, T>(all: readonly T[], keyOf: (each: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const each of all) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  return groups;
}
