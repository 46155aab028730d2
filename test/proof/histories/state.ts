import type { Meeting } from './calendar.ts';
import type { Name, SessionSeen, Status, VisitSeen } from './requests.ts';
import type { Account } from './units.ts';

export interface Visit extends Meeting {
  readonly authorization: Name;
  readonly status: Status;
  /** Held. */
  readonly units: number;
  readonly version: number;
  readonly session?: SessionSeen;
}

/** What a key was first used for. */
interface Claim {
  readonly request: string;
  /** The visit, or the session, that a repeated call is answered with. */
  readonly object: Name;
}

/** A practice at one moment. */
export interface State {
  readonly accounts: Readonly<Record<Name, Account>>;
  readonly visits: Readonly<Record<Name, Visit>>;
  /** By operation, user and key. */
  readonly claims: Readonly<Record<string, Claim>>;
}

/** Names that begin so are of what was made by a call that was never answered. */
export const UNNAMED = '?';

export function isLive({ status }: Visit): boolean {
  return status === 'SCHEDULED' || status === 'IN_PROGRESS';
}

export function seenOf(state: State, name: Name): VisitSeen | undefined {
  const visit = state.visits[name];
  if (!visit) return undefined;
  const { status, units, version, start, minutes } = visit;
  return { visit: name, status, units, version, start, minutes };
}

/** The state in which what was made by a call without an answer has the name that the server gave it. */
export function renamed(state: State, from: Name, to: Name): State {
  const changed = <T>(record: Readonly<Record<Name, T>>, change: (value: T) => T): Record<Name, T> =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name === from ? to : name, change(value)]));
  return {
    accounts: state.accounts,
    visits: changed(state.visits, (visit) =>
      visit.session?.session === from ? { ...visit, session: { ...visit.session, session: to } } : visit,
    ),
    claims: changed(state.claims, (claim) => (claim.object === from ? { ...claim, object: to } : claim)),
  };
}

/** Equal for equal states, in whatever order they came to be. */
export function keyOf({ accounts, visits, claims }: State): string {
  return [accounts, visits, claims].map(textOf).join('|');
}

const TEXTS = new WeakMap<object, string>();

/** Parts of a state are shared by those after it: each is put into words once. */
function textOf(part: Readonly<Record<string, object>>): string {
  return remembered(part, () =>
    Object.keys(part)
      .sort()
      .map((name) => name + remembered(part[name]!, (value) => JSON.stringify(value)))
      .join(),
  );
}

function remembered<T extends object>(value: T, put: (value: T) => string): string {
  const known = TEXTS.get(value) ?? put(value);
  TEXTS.set(value, known);
  return known;
}
