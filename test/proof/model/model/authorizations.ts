import type { CallOf } from './calls.ts';
import { after, availableOf } from './ledger.ts';
import { localDate } from './local-time.ts';
import { ADMINS, asking, reached, reaching } from './rights.ts';
import { anyOrder, BAD, decided, firstOf, notFound, refusal, when, type Refusal, type Verdict } from './verdict.ts';
import { nextName, put, rows, timeZoneOf, type Authorization, type Name, type World } from './world.ts';

const MOST_UNITS = 1_000_000;

/** Derived on reading, today being the organization's local date. */
export function statusOf(world: World, authorization: Authorization): string {
  const today = localDate(world.now, timeZoneOf(world, authorization.organization));
  if (authorization.cancelled) return 'CANCELLED';
  if (authorization.endDate < today) return 'EXPIRED';
  if (authorization.startDate > today) return 'PENDING';
  return authorization.used === authorization.total ? 'EXHAUSTED' : 'ACTIVE';
}

export function authorizationView(world: World, authorization: Authorization): object {
  const { name, total, used, reserved, startDate, endDate, version } = authorization;
  return {
    id: name,
    totalUnits: total,
    usedUnits: used,
    reservedUnits: reserved,
    availableUnits: availableOf(authorization),
    startDate,
    endDate,
    status: statusOf(world, authorization),
    version,
  };
}

export function coversDate(authorization: Authorization, date: string): boolean {
  return !authorization.cancelled && authorization.startDate <= date && date <= authorization.endDate;
}

export function notUsable(world: World, authorization: Authorization): Refusal {
  const { name, startDate, endDate } = authorization;
  const status = statusOf(world, authorization);
  return refusal('AUTHORIZATION_NOT_USABLE', { authorizationId: name, status, startDate, endDate });
}

export function createAuthorization(world: World, { by, input }: CallOf<'createAuthorization'>): Verdict {
  return asking(world, by, ADMINS, (caller) => {
    const patient = reached(world, caller, 'patients', input.patientId);
    const known = rows(world, 'serviceCodes').filter((code) => code.organization === patient?.organization);
    const codes = input.serviceCodes.map((code) => known.find((each) => each.code === code)?.name);
    const refused = firstOf(
      () => when(!isTotal(input.totalUnits) || !input.serviceCodes.length, BAD),
      () => [
        ...when(input.endDate < input.startDate, BAD),
        ...when(!patient, notFound(input.patientId)),
        ...when(patient !== undefined && codes.includes(undefined), BAD),
      ],
    );
    return decided(refused, () => {
      const authorization: Authorization = {
        name: nextName(world, 'authorizations', 'A'),
        organization: patient!.organization,
        patient: input.patientId,
        codes: codes as Name[],
        total: input.totalUnits,
        used: 0,
        reserved: 0,
        startDate: input.startDate,
        endDate: input.endDate,
        cancelled: false,
        version: 1,
        ledger: [[{ kind: 'GRANT', units: input.totalUnits }]],
      };
      return saved(world, authorization);
    });
  });
}

function isTotal(units: number): boolean {
  return Number.isInteger(units) && units >= 1 && units <= MOST_UNITS;
}

/** A version counts what was changed about the authorization itself, and not its bookings: two admins' edits meet, no more. */
export function updateAuthorization(world: World, { by, input }: CallOf<'updateAuthorization'>): Verdict {
  const { totalUnits, expectedVersion, reason } = input;
  return asking(world, by, ADMINS, (caller) => {
    const isWrong = (totalUnits !== undefined && !isTotal(totalUnits)) || reason?.trim() === '';
    if (isWrong) return { refused: [BAD] };
    return reaching(world, caller, 'authorizations', input.id, (authorization) => {
      const { name, total, version, used, reserved } = authorization;
      const newTotal = totalUnits ?? total;
      const endDate = input.endDate ?? authorization.endDate;
      const stranded = liveAfter(world, authorization, endDate);
      const refused = firstOf(
        () => [
          ...when(
            expectedVersion !== undefined && expectedVersion !== version,
            refusal('STALE_VERSION', { currentVersion: version }),
          ),
          ...when(authorization.cancelled, notUsable(world, authorization)),
        ],
        () => [
          ...when(endDate < authorization.startDate, BAD),
          ...when(stranded.length > 0, refusal('BAD_USER_INPUT', { appointmentIds: anyOrder(stranded) })),
          ...when(newTotal !== total && reason === undefined, BAD),
          ...when(
            newTotal < used + reserved,
            refusal('INSUFFICIENT_UNITS', { authorizationId: name, availableUnits: availableOf(authorization) }),
          ),
        ],
      );
      return decided(refused, () => {
        if (newTotal === total && endDate === authorization.endDate) return saved(world, authorization);
        const adjusted = after(authorization, [{ kind: 'ADJUST', units: newTotal - total }]);
        return saved(world, { ...adjusted, endDate, version: version + 1 });
      });
    });
  });
}

/** Live appointments of the authorization that a new end would leave outside, by start. */
function liveAfter(world: World, { name, organization, endDate: old }: Authorization, endDate: string): Name[] {
  if (endDate === old) return [];
  const timeZone = timeZoneOf(world, organization);
  return rows(world, 'appointments')
    .filter(({ status }) => status === 'SCHEDULED' || status === 'IN_PROGRESS')
    .filter((visit) => visit.authorization === name && localDate(visit.start, timeZone) > endDate)
    .sort((one, other) => one.start - other.start)
    .map((visit) => visit.name);
}

export function cancelAuthorization(world: World, { by, input }: CallOf<'cancelAuthorization'>): Verdict {
  return asking(world, by, ADMINS, (caller) => {
    if (!input.reason.trim()) return { refused: [BAD] };
    return reaching(world, caller, 'authorizations', input.id, (authorization) => {
      const { cancelled, reserved, version } = authorization;
      const details = { from: statusOf(world, authorization), to: 'CANCELLED' };
      const refused = when(cancelled || reserved > 0, refusal('INVALID_STATUS_TRANSITION', details));
      return decided(refused, () => saved(world, { ...authorization, cancelled: true, version: version + 1 }));
    });
  });
}

function saved(world: World, authorization: Authorization): { data: object; world: World } {
  return { data: authorizationView(world, authorization), world: put(world, 'authorizations', authorization) };
}
