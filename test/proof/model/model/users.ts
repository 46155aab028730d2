import type { CallOf } from './calls.ts';
import { ADMINS, asking, founding, reaching, SUPER_ADMINS, within } from './rights.ts';
import { BAD, decided, notFound, SOMETHING, when, type Refusal, type Verdict } from './verdict.ts';
import { nextName, put, putAll, rows, type Name, type Role, type User, type World } from './world.ts';

const SHORTEST_PASSWORD = 10;

export function userView({ name, email, role, isSuperAdmin, active }: User): object {
  return { id: name, email, role, isSuperAdmin, active };
}

/** Unique across organizations. */
function isTaken(world: World, email: string): boolean {
  return rows(world, 'users').some((user) => user.email === email);
}

function isPassword(password: string): boolean {
  return password.length >= SHORTEST_PASSWORD;
}

function isTimeZone(name: string): boolean {
  return Intl.supportedValuesOf('timeZone').includes(name);
}

/** The organization comes with its first admin, or neither does. */
export function createOrganization(world: World, { by, input }: CallOf<'createOrganization'>): Verdict {
  return asking(world, by, SUPER_ADMINS, () => {
    const { timeZone, adminEmail: email, adminPassword: password } = input;
    const refused = when(!isTimeZone(timeZone) || isTaken(world, email) || !isPassword(password), BAD);
    return decided(refused, () => {
      const name = nextName(world, 'organizations', 'O');
      const admin = newUser(world, { organization: name, email, password, role: 'ADMIN' });
      const founded = put(world, 'organizations', { name, timeZone });
      return {
        data: { id: name, name: input.name, timeZone, createdAt: SOMETHING },
        world: put(founded, 'users', admin),
      };
    });
  });
}

/** A practitioner's account is somebody's who is a practitioner, a patient's somebody's who is a patient. */
export function createUser(world: World, { by, input }: CallOf<'createUser'>): Verdict {
  return founding(world, by, input.organizationId, (organization) => {
    const { email, password, role, practitionerId, patientId } = input;
    const unlinked =
      (role === 'PRACTITIONER') !== (practitionerId !== undefined) ||
      (role === 'PATIENT') !== (patientId !== undefined);
    const refused: Refusal[] = [
      ...when(unlinked || isTaken(world, email) || !isPassword(password), BAD),
      ...missing(world, organization, 'practitioners', practitionerId),
      ...missing(world, organization, 'patients', patientId),
    ];
    return decided(refused, () => {
      const links = { practitioner: practitionerId ?? null, patient: patientId ?? null };
      const user = newUser(world, { organization, email, password, role, ...links });
      return { data: userView(user), world: put(world, 'users', user) };
    });
  });
}

function missing(
  world: World,
  organization: Name,
  table: 'practitioners' | 'patients',
  id: Name | undefined,
): readonly Refusal[] {
  return id !== undefined && !within(world, organization, table, id) ? [notFound(id)] : [];
}

function newUser(
  world: World,
  given: Pick<User, 'organization' | 'email' | 'password' | 'role'> & Partial<User>,
): User {
  const name = nextName(world, 'users', 'U');
  return { name, isSuperAdmin: false, active: true, practitioner: null, patient: null, ...given };
}

/**
 * A deactivation and a new password end all that the user has signed in to, at once in the process that did it
 * (docs/login.md). A change of role ends the refresh tokens, and what was signed in to goes on with the new rights.
 */
export function updateUser(world: World, { by, input }: CallOf<'updateUser'>): Verdict {
  return asking(world, by, ADMINS, (caller) => {
    if (input.password !== undefined && !isPassword(input.password)) return { refused: [BAD] };
    return reaching(world, caller, 'users', input.id, (user) => {
      const { role = user.role, active = user.active, password = user.password } = input;
      return decided(when(!fits(user, role), BAD), () => {
        const changed: User = { ...user, role, active, password };
        const next = put(world, 'users', changed);
        const ended = signedOut(next, user, {
          everywhere: (user.active && !active) || input.password !== undefined,
          refreshing: role !== user.role,
        });
        return { data: userView(changed), world: ended };
      });
    });
  });
}

function fits(user: User, role: Role): boolean {
  if (user.isSuperAdmin && role !== 'ADMIN') return false;
  return (role !== 'PRACTITIONER' || user.practitioner !== null) && (role !== 'PATIENT' || user.patient !== null);
}

function signedOut(world: World, { name }: User, end: { everywhere: boolean; refreshing: boolean }): World {
  if (end.everywhere) return putAll(world, 'signIns', ({ user }) => user === name, { ended: 'OVER' });
  if (!end.refreshing) return world;
  return putAll(world, 'signIns', ({ user, ended }) => user === name && ended === 'NO', { ended: 'ROLE_CHANGED' });
}
