import { busy, type Meeting } from './calendar.ts';
import type { BalanceSeen, Name, Refused, Request, Seen, Status } from './requests.ts';
import { isLive, seenOf, type State, type Visit } from './state.ts';
import { available, delivered, held, unitsOf, type Account } from './units.ts';

/** What a call meets in a state: reasons to refuse it, any of which will do, or else what it does. */
export interface Step {
  readonly grounds: readonly Refused[];
  /** @param name of the visit or session that it makes */
  take(name: Name): { readonly state: State; readonly seen: Seen };
}

type Of<Do extends Request['do']> = Extract<Request, { do: Do }>;

/** @returns undefined where there is no such visit */
export function stepOf(state: State, request: Request): Step | undefined {
  if (request.do === 'book') return book(state, request);
  if (request.do === 'adjust') return adjust(state, request);
  if (request.do === 'balance') return read(state, balanceOf(state.accounts[request.authorization]!));
  const visit = state.visits[request.visit];
  if (!visit) return undefined;
  switch (request.do) {
    case 'change':
      return change(state, visit, request);
    case 'cancel':
      return end(state, visit, request.visit, 'CANCELLED', stale(visit, request.expectedVersion));
    case 'miss':
      return end(state, visit, request.visit, 'NO_SHOW');
    case 'start':
      return start(state, visit, request.visit);
    case 'complete':
      return complete(state, visit, request);
    case 'look':
      return read(state, seenOf(state, request.visit)!);
  }
}

function book(state: State, request: Of<'book'>): Step {
  const { authorization, patient, practitioner, start, minutes } = request;
  const account = state.accounts[authorization]!;
  const meeting = { patient, practitioner, start, minutes };
  const units = unitsOf(minutes);
  return {
    grounds: [...mismatch(account, patient), ...conflict(state, meeting), ...lack(account, units)],
    take: (name) =>
      withVisit(withAccount(state, authorization, held(account, units)), name, {
        ...meeting,
        authorization,
        status: 'SCHEDULED',
        units,
        version: 1,
      }),
  };
}

function change(state: State, visit: Visit, { visit: name, to, expectedVersion }: Of<'change'>): Step {
  const wanted = { ...visit, ...to };
  const grounds = [...stale(visit, expectedVersion), ...unready(visit, ['SCHEDULED'])];
  const differs = (['authorization', 'practitioner', 'start', 'minutes'] as const).some((f) => wanted[f] !== visit[f]);
  if (!differs) return { grounds, take: () => ({ state, seen: seenOf(state, name)! }) };
  const units = unitsOf(wanted.minutes);
  const stays = wanted.authorization === visit.authorization;
  const account = state.accounts[wanted.authorization]!;
  return {
    grounds: [
      ...grounds,
      ...mismatch(account, visit.patient),
      ...conflict(state, wanted, name),
      ...lack(account, stays ? units - visit.units : units),
    ],
    take: () => {
      const left = withAccount(state, visit.authorization, held(state.accounts[visit.authorization]!, -visit.units));
      const moved = withAccount(left, wanted.authorization, held(left.accounts[wanted.authorization]!, units));
      return withVisit(moved, name, { ...wanted, units, version: visit.version + 1 });
    },
  };
}

/** Gives back all that it holds. */
function end(state: State, visit: Visit, name: Name, status: Status, grounds: readonly Refused[] = []): Step {
  return {
    grounds: [...grounds, ...unready(visit, ['SCHEDULED'])],
    take: () => {
      const account = held(state.accounts[visit.authorization]!, -visit.units);
      const ended = { ...visit, status, units: 0, version: visit.version + 1 };
      return withVisit(withAccount(state, visit.authorization, account), name, ended);
    },
  };
}

function start(state: State, visit: Visit, name: Name): Step {
  return {
    grounds: unready(visit, ['SCHEDULED']),
    take: () => withVisit(state, name, { ...visit, status: 'IN_PROGRESS', version: visit.version + 1 }),
  };
}

function complete(state: State, visit: Visit, request: Of<'complete'>): Step {
  return {
    grounds: unready(visit, ['SCHEDULED', 'IN_PROGRESS']),
    take: (session) => {
      const units = unitsOf(request.delivered ?? visit.minutes);
      const { account, used, unauthorized } = delivered(state.accounts[visit.authorization]!, visit.units, units);
      const seen = { session, used, unauthorized };
      const completed = { ...visit, status: 'COMPLETED' as const, units: 0, version: visit.version + 1, session: seen };
      return { ...withVisit(withAccount(state, visit.authorization, account), request.visit, completed), seen };
    },
  };
}

function adjust(state: State, { authorization, total, expectedVersion }: Of<'adjust'>): Step {
  const account = state.accounts[authorization]!;
  const grounds = stale(account, expectedVersion);
  if (total === account.total) return { ...read(state, balanceOf(account)), grounds };
  return {
    grounds: [...grounds, ...lack(account, account.total - total)],
    take: () => {
      const adjusted = { ...account, total, version: account.version + 1 };
      return { state: withAccount(state, authorization, adjusted), seen: balanceOf(adjusted) };
    },
  };
}

function read(state: State, seen: Seen): Step {
  return { grounds: [], take: () => ({ state, seen }) };
}

function balanceOf({ total, reserved, used, version }: Account): BalanceSeen {
  return { total, reserved, used, version };
}

function withAccount(state: State, name: Name, account: Account): State {
  return { ...state, accounts: { ...state.accounts, [name]: account } };
}

function withVisit(state: State, name: Name, visit: Visit): { state: State; seen: Seen } {
  const next = { ...state, visits: { ...state.visits, [name]: visit } };
  return { state: next, seen: seenOf(next, name)! };
}

function lack(account: Account, units: number): Refused[] {
  const free = available(account);
  if (units <= free) return [];
  return [{ refused: 'INSUFFICIENT_UNITS', details: { requestedUnits: units, availableUnits: free } }];
}

function mismatch(account: Account, patient: Name): Refused[] {
  return account.patient === patient ? [] : [{ refused: 'AUTHORIZATION_PATIENT_MISMATCH', details: {} }];
}

function conflict({ visits }: State, wanted: Meeting, except?: Name): Refused[] {
  const others = Object.entries(visits).filter(([name, visit]) => name !== except && isLive(visit));
  const conflictsWith = busy(
    others.map(([, visit]) => visit),
    wanted,
  );
  return conflictsWith.length ? [{ refused: 'SCHEDULING_CONFLICT', details: { conflictsWith } }] : [];
}

function stale({ version }: { version: number }, expectedVersion: number | undefined): Refused[] {
  if (expectedVersion === undefined || expectedVersion === version) return [];
  return [{ refused: 'STALE_VERSION', details: { currentVersion: version } }];
}

function unready({ status }: Visit, ready: readonly Status[]): Refused[] {
  return ready.includes(status) ? [] : [{ refused: 'INVALID_STATUS_TRANSITION', details: { from: status } }];
}
