import type { Call } from '../model/calls.ts';
import { rows, type World } from '../model/world.ts';
import type { Dice } from './dice.ts';
import { repeatable, some } from './what.ts';
import { by, READ_CALL, signedIn, somewhere, STAFF_CALL } from './who.ts';

export function read(world: World, dice: Dice): Call {
  const organization = somewhere(world, dice);
  const who = by(world, dice, organization, READ_CALL);
  const patientId = some(world, dice, 'patients', organization);
  return dice.weighted<() => Call>([
    [
      24,
      () => ({ by: who, operation: 'authorization', input: { id: some(world, dice, 'authorizations', organization) } }),
    ],
    [24, () => ({ by: who, operation: 'appointment', input: { id: some(world, dice, 'appointments', organization) } })],
    [18, () => ({ by: who, operation: 'session', input: { id: some(world, dice, 'sessions', organization) } })],
    [12, () => ({ by: who, operation: 'appointments', input: { patientId } })],
    [14, () => ({ by: who, operation: 'sessions', input: { patientId } })],
    [4, () => ({ by: who, operation: 'me', input: {} })],
  ])();
}

/** Super admins see the grants of all organizations, other sequences' too: they are not asked for. */
export function listGrants(world: World, dice: Dice): Call | undefined {
  const who = by(world, dice, somewhere(world, dice), { admin: 90, practitioner: 4, patient: 2 });
  if (rows(world, 'signIns').some(({ name, user }) => name === who && user === '@super')) return undefined;
  return { by: who, operation: 'emergencyAccessGrants', input: { active: !dice.percent(30) } };
}

/** A call that has served its key once more: by the same user, or by another one, to whom it is a call of their own. */
export function again(world: World, dice: Dice): Call | undefined {
  const served = dice.of(repeatable(world));
  if (!served) return undefined;
  const who = dice.percent(80)
    ? signedIn(world, dice, ({ name }) => name === served.user)
    : by(world, dice, served.organization, STAFF_CALL);
  return { by: who, operation: served.operation, input: JSON.parse(served.input) as unknown } as Call;
}
