import type { By } from '../model/calls.ts';
import { callerOf } from '../model/rights.ts';
import { UNKNOWN } from '../model/start.ts';
import { get, rows, type Name, type User, type World } from '../model/world.ts';
import type { Dice } from './dice.ts';

/** How likely whom: mostly somebody who may. */
interface Likely {
  readonly admin: number;
  readonly practitioner: number;
  readonly patient: number;
}

export const STAFF_CALL: Likely = { admin: 52, practitioner: 34, patient: 2 };
export const ADMIN_CALL: Likely = { admin: 82, practitioner: 4, patient: 2 };
export const READ_CALL: Likely = { admin: 34, practitioner: 34, patient: 20 };

/** Who asks: somebody of this organization, a super admin, and now and then a stranger or nobody. */
export function by(world: World, dice: Dice, organization: Name, likely: Likely): By {
  const own = (role: User['role']) => (user: User) => user.organization === organization && user.role === role;
  return dice.weighted<() => By>([
    [likely.admin, () => signedIn(world, dice, own('ADMIN'))],
    [likely.practitioner, () => signedIn(world, dice, own('PRACTITIONER'))],
    [likely.patient, () => signedIn(world, dice, own('PATIENT'))],
    [6, () => signedIn(world, dice, ({ isSuperAdmin }) => isSuperAdmin)],
    [3, () => signedIn(world, dice, (user) => user.organization !== organization && !user.isSuperAdmin)],
    [1, () => null],
    [1, () => dice.of(ended(world)) ?? UNKNOWN],
  ])();
}

/** Somebody of whom this is true, and whose access token counts; nobody where there is none. */
export function signedIn(world: World, dice: Dice, is: (user: User) => boolean): By {
  const candidates = rows(world, 'signIns').filter(({ name }) => {
    const user = callerOf(world, name);
    return user !== undefined && is(user);
  });
  return dice.of(candidates)?.name ?? null;
}

/** Sign-ins whose access tokens no longer count. */
function ended(world: World): Name[] {
  return rows(world, 'signIns')
    .filter(({ name }) => !callerOf(world, name))
    .map(({ name }) => name);
}

/** Where it happens: mostly in the larger practice. */
export function somewhere(world: World, dice: Dice): Name {
  const practices = rows(world, 'organizations').filter(({ name }) => name === '@North' || name === '@South');
  return dice.weighted([[88, practices[0]!.name] as const, [12, practices[1]!.name] as const]);
}

export function zoneOf(world: World, organization: Name): string {
  return get(world, 'organizations', organization).timeZone;
}
