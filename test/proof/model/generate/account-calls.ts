import type { Call } from '../model/calls.ts';
import { PASSWORD, UNKNOWN } from '../model/start.ts';
import { find, rows, type Name, type Role, type World } from '../model/world.ts';
import type { Dice } from './dice.ts';
import { some } from './what.ts';
import { ADMIN_CALL, by, signedIn, somewhere } from './who.ts';

/** Of the sequence's own: emails are unique across organizations. */
function freshEmail(world: World): string {
  const word = rows(world, 'users')[0]!.email.split(/[-@]/).at(-2);
  return `new${rows(world, 'users').length}-${word}@model.example`;
}

function email(world: World, dice: Dice): string {
  return dice.percent(8) ? rows(world, 'users')[0]!.email : freshEmail(world);
}

const NEW_PASSWORD = 'another-horse-8';

function password(dice: Dice): string {
  return dice.percent(8) ? 'short' : NEW_PASSWORD;
}

export function foundPractice(world: World, dice: Dice): Call {
  const superAdmin = signedIn(world, dice, ({ isSuperAdmin }) => isSuperAdmin);
  return {
    by: dice.percent(25) ? by(world, dice, '@North', ADMIN_CALL) : superAdmin,
    operation: 'createOrganization',
    input: {
      name: 'New practice',
      timeZone: dice.percent(15) ? 'Mars/Olympus' : 'Europe/London',
      adminEmail: email(world, dice),
      adminPassword: password(dice),
    },
  };
}

export function invite(world: World, dice: Dice): Call {
  const organization = somewhere(world, dice);
  const who = by(world, dice, organization, ADMIN_CALL);
  const signIn = find(world, 'signIns', who);
  const isSuperAdmin = signIn && find(world, 'users', signIn.user)?.isSuperAdmin;
  return {
    by: who,
    operation: 'createUser',
    input: {
      ...(isSuperAdmin ? { organizationId: organization } : {}),
      email: email(world, dice),
      password: password(dice),
      ...dice.weighted<() => { role: Role; practitionerId?: Name; patientId?: Name }>([
        [40, () => ({ role: 'PRACTITIONER', practitionerId: some(world, dice, 'practitioners', organization) })],
        [30, () => ({ role: 'PATIENT', patientId: some(world, dice, 'patients', organization) })],
        [20, () => ({ role: 'ADMIN' })],
        [10, () => ({ role: 'PRACTITIONER' })],
      ])(),
    },
  };
}

/** Mostly of somebody without whom the practice goes on. */
export function changeUser(world: World, dice: Dice): Call {
  const organization = somewhere(world, dice);
  return {
    by: by(world, dice, organization, ADMIN_CALL),
    operation: 'updateUser',
    input: {
      id: some(world, dice, 'users', organization, ({ role }) => role !== 'ADMIN'),
      ...dice.weighted<object>([
        [30, { active: true }],
        [20, { active: false }],
        [25, { role: dice.of(['PRACTITIONER', 'PATIENT', 'ADMIN']) }],
        [10, { password: password(dice) }],
        [5, { password: 'short' }],
      ]),
    },
  };
}

export function signIn(world: World, dice: Dice): Call {
  const user = dice.of(rows(world, 'users'))!;
  return {
    by: null,
    operation: 'login',
    input: {
      email: dice.percent(8) ? `nobody-${freshEmail(world)}` : user.email,
      password: dice.percent(25) ? 'wrong-horse-7' : user.password || PASSWORD,
    },
  };
}

/** Mostly one that has not served; now and then one that has, or none at all. */
function token(world: World, dice: Dice): Name {
  const tokens = rows(world, 'refreshTokens');
  const names = (spent: boolean): Name[] => tokens.filter((row) => row.spent === spent).map(({ name }) => name);
  return (
    dice.of(
      dice.weighted([
        [72, names(false)],
        [22, names(true)],
        [6, [UNKNOWN]],
      ]),
    ) ?? UNKNOWN
  );
}

export function refresh(world: World, dice: Dice): Call {
  return { by: null, operation: 'refreshToken', input: { refreshToken: token(world, dice) } };
}

export function signOut(world: World, dice: Dice): Call {
  return { by: null, operation: 'logout', input: { refreshToken: token(world, dice) } };
}

export function breakGlass(world: World, dice: Dice): Call {
  const organization = somewhere(world, dice);
  return {
    by: by(world, dice, organization, ADMIN_CALL),
    operation: 'grantEmergencyAccess',
    input: {
      patientId: some(world, dice, 'patients', organization),
      grantedToUserId: some(world, dice, 'users', organization, ({ role }) => role === 'PRACTITIONER'),
      justification: dice.percent(5) ? 'because' : 'Covers for a colleague who fell ill',
      durationMinutes: dice.of([30, 60, 120, 480, 45])!,
    },
  };
}

export function restoreGlass(world: World, dice: Dice): Call | undefined {
  const organization = somewhere(world, dice);
  if (!rows(world, 'grants').length) return undefined;
  return {
    by: by(world, dice, organization, ADMIN_CALL),
    operation: 'revokeEmergencyAccess',
    input: {
      id: some(world, dice, 'grants', organization, ({ revokedAt }) => revokedAt === null),
      reason: dice.percent(5) ? ' ' : 'no longer needed',
    },
  };
}
