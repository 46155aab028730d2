import type { By } from './calls.ts';
import { BAD, FORBIDDEN, notFound, refusal, when, type Refusal, type Verdict } from './verdict.ts';
import { find, get, rows, type Name, type Role, type Row, type Table, type User, type World } from './world.ts';

/** domain.md, "Who may what". A super admin may everything. */
export const ADMINS: readonly Role[] = ['ADMIN'];
export const STAFF: readonly Role[] = ['ADMIN', 'PRACTITIONER'];
export const EVERYBODY: readonly Role[] = ['ADMIN', 'PRACTITIONER', 'PATIENT'];
export const SUPER_ADMINS: readonly Role[] = [];

/** Who an access token says it is, as long as it counts. */
export function callerOf(world: World, by: By): User | undefined {
  const signIn = find(world, 'signIns', by);
  if (!signIn || signIn.ended === 'OVER') return undefined;
  const user = get(world, 'users', signIn.user);
  return user.active ? user : undefined;
}

/** Goes on with somebody who is signed in and of one of these roles. */
export function asking(world: World, by: By, roles: readonly Role[], then: (caller: User) => Verdict): Verdict {
  const caller = callerOf(world, by);
  if (!caller) return { refused: [refusal('UNAUTHENTICATED')] };
  return caller.isSuperAdmin || roles.includes(caller.role) ? then(caller) : { refused: [FORBIDDEN] };
}

type OwnedTable = Exclude<Table, 'organizations' | 'signIns' | 'refreshTokens'>;

/** What a caller can name at all: another organization's object is as if it were not there. */
export function reached<T extends OwnedTable>(
  world: World,
  caller: User,
  table: T,
  name: Name | undefined,
): Row<T> | undefined {
  const row = find(world, table, name);
  return row && (caller.isSuperAdmin || row.organization === caller.organization) ? row : undefined;
}

/** Goes on with the object of this id. Where there is none, a key that has served may be told first. */
export function reaching<T extends OwnedTable>(
  world: World,
  caller: User,
  table: T,
  name: Name,
  then: (row: Row<T>) => Verdict,
  orElse: readonly Refusal[] = [],
): Verdict {
  const row = reached(world, caller, table, name);
  return row ? then(row) : { refused: [notFound(name), ...orElse] };
}

/** The object of this id within the organization that the call works in, whoever asks. */
export function within<T extends OwnedTable>(
  world: World,
  organization: Name,
  table: T,
  name: Name,
): Row<T> | undefined {
  const row = find(world, table, name);
  return row?.organization === organization ? row : undefined;
}

/**
 * Goes on with the organization that something new is to belong to. A foreign organizationId and a role without the
 * right are both told first by somebody: the rules do not say by whom.
 */
export function founding(
  world: World,
  by: By,
  organizationId: Name | undefined,
  then: (organization: Name) => Verdict,
): Verdict {
  const caller = callerOf(world, by);
  if (!caller) return { refused: [refusal('UNAUTHENTICATED')] };
  if (!caller.isSuperAdmin) {
    const foreign = organizationId !== undefined && organizationId !== caller.organization;
    const refused = [
      ...when(foreign, refusal('NOT_FOUND', { resourceId: organizationId })),
      ...when(caller.role !== 'ADMIN', FORBIDDEN),
    ];
    return refused.length ? { refused } : then(caller.organization);
  }
  if (organizationId === undefined) return { refused: [BAD] };
  return find(world, 'organizations', organizationId) ? then(organizationId) : { refused: [notFound(organizationId)] };
}

/** The practitioner that a user is. A link counts under its own role alone. */
export function practitionerOf(user: User): Name | null {
  return user.role === 'PRACTITIONER' ? user.practitioner : null;
}

/** What a user may read of the clinical record of a patient, at this instant. */
export function readsRecordOf(world: World, caller: User, patient: Name): boolean {
  if (caller.isSuperAdmin || caller.role === 'ADMIN') return true;
  if (caller.role === 'PATIENT') return caller.patient === patient;
  const own = practitionerOf(caller);
  const treats = rows(world, 'appointments').some(
    (visit) => visit.patient === patient && visit.practitioner === own && visit.status !== 'CANCELLED',
  );
  return treats || rows(world, 'grants').some((grant) => grant.patient === patient && opens(world, grant, caller));
}

function opens(world: World, grant: Row<'grants'>, caller: User): boolean {
  return grant.to === caller.name && grant.revokedAt === null && world.now < grant.expiresAt;
}

/** Patients, appointments and authorizations: a patient reads their own, staff all of their organization's. */
export function readsAllOf(caller: User, patient: Name): boolean {
  return caller.isSuperAdmin || caller.role !== 'PATIENT' || caller.patient === patient;
}
