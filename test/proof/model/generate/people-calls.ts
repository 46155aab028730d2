import type { Call } from '../model/calls.ts';
import { SOUTH, UNKNOWN } from '../model/start.ts';
import { find, rows, type Name, type World } from '../model/world.ts';
import type { Dice } from './dice.ts';
import { some } from './what.ts';
import { ADMIN_CALL, by, somewhere } from './who.ts';

/** A super admin has to say where; others may not say anywhere else. */
function place(world: World, dice: Dice, organization: Name, by: Name | null): { readonly organizationId?: Name } {
  const signIn = find(world, 'signIns', by);
  const isSuperAdmin = signIn !== undefined && (find(world, 'users', signIn.user)?.isSuperAdmin ?? false);
  return dice.weighted([
    [90, isSuperAdmin ? { organizationId: organization } : {}],
    [4, isSuperAdmin ? {} : { organizationId: SOUTH }],
    [3, { organizationId: UNKNOWN }],
  ]);
}

export function enrolPatient(world: World, dice: Dice): Call {
  const organization = somewhere(world, dice);
  const who = by(world, dice, organization, ADMIN_CALL);
  return {
    by: who,
    operation: 'createPatient',
    input: {
      ...place(world, dice, organization, who),
      firstName: dice.percent(8) ? 'Bell\u0007' : 'Ann',
      lastName: 'Patient',
      dateOfBirth: dice.percent(8) ? '2090-01-01' : '2015-05-05',
      medicalRecordNumber: dice.percent(12) ? 'P1' : `M${rows(world, 'patients').length}`,
    },
  };
}

export function renamePatient(world: World, dice: Dice): Call {
  const organization = somewhere(world, dice);
  return {
    by: by(world, dice, organization, ADMIN_CALL),
    operation: 'updatePatient',
    input: {
      id: some(world, dice, 'patients', organization),
      ...dice.weighted([
        [45, { firstName: 'Anne' }],
        [45, { phoneNumber: '555-0100' }],
        [10, { firstName: ' ' }],
      ]),
    },
  };
}

export function employ(world: World, dice: Dice): Call {
  const organization = somewhere(world, dice);
  const who = by(world, dice, organization, ADMIN_CALL);
  return {
    by: who,
    operation: 'createPractitioner',
    input: {
      ...place(world, dice, organization, who),
      firstName: 'Pat',
      lastName: dice.percent(10) ? 'x'.repeat(201) : 'Newcomer',
      licenseNumber: 'L-2',
      specialization: 'ABA',
    },
  };
}

export function renamePractitioner(world: World, dice: Dice): Call {
  const organization = somewhere(world, dice);
  return {
    by: by(world, dice, organization, ADMIN_CALL),
    operation: 'updatePractitioner',
    input: {
      id: some(world, dice, 'practitioners', organization),
      ...dice.weighted([
        [90, { lastName: 'Married' }],
        [10, { lastName: '' }],
      ]),
    },
  };
}

/** The settings of domain.md's table, and some that are none. */
const RULES = [
  [15, 1, 1],
  [15, 8, 8],
  [15, 15, 15],
  [30, 16, 16],
  [60, 31, 31],
  [0, 8, 8],
] as const;

function rule(dice: Dice): { unitMinutes: number; roundUpAtMinutes: number; zeroBelowMinutes: number } {
  const [unitMinutes, roundUpAtMinutes, zeroBelowMinutes] = dice.of<readonly [number, number, number]>(RULES)!;
  return { unitMinutes, roundUpAtMinutes, zeroBelowMinutes };
}

export function offer(world: World, dice: Dice): Call {
  const organization = somewhere(world, dice);
  const who = by(world, dice, organization, ADMIN_CALL);
  const fresh = `X-${rows(world, 'serviceCodes').length}`;
  return {
    by: who,
    operation: 'createServiceCode',
    input: {
      ...place(world, dice, organization, who),
      code: dice.weighted([
        [80, fresh],
        [10, '97153'],
        [10, 'no code'],
      ]),
      description: 'Treatment',
      timed: dice.percent(90),
      ...rule(dice),
    },
  };
}

export function redefine(world: World, dice: Dice): Call {
  const organization = somewhere(world, dice);
  return {
    by: by(world, dice, organization, ADMIN_CALL),
    operation: 'updateServiceCode',
    input: {
      id: some(world, dice, 'serviceCodes', organization),
      ...dice.weighted<object>([
        [80, rule(dice)],
        [10, { timed: false }],
        [10, { timed: true }],
      ]),
    },
  };
}
