import type { Call } from '../model/calls.ts';
import { localDate, plusDays } from '../model/local-time.ts';
import { find, type World } from '../model/world.ts';
import type { Dice } from './dice.ts';
import { expectedVersion, some } from './what.ts';
import { ADMIN_CALL, by, somewhere, zoneOf } from './who.ts';

export function approve(world: World, dice: Dice): Call {
  const organization = somewhere(world, dice);
  const today = localDate(world.now, zoneOf(world, organization));
  const [from, until] = dice.of([
    [-5, 20],
    [0, 2],
    [-3, 0],
    [2, 9],
    [-9, -1],
    [3, 1],
  ]) as [number, number];
  return {
    by: by(world, dice, organization, ADMIN_CALL),
    operation: 'createAuthorization',
    input: {
      patientId: some(world, dice, 'patients', organization),
      serviceCodes: dice.weighted([
        [50, ['97153']],
        [40, ['97153', '97155']],
        [10, ['99999']],
      ]),
      totalUnits: dice.of([8, 4, 12, 1, 0, 1_000_000, 1_000_001])!,
      startDate: plusDays(today, from),
      endDate: plusDays(today, until),
    },
  };
}

export function adjust(world: World, dice: Dice): Call {
  const organization = somewhere(world, dice);
  const id = some(world, dice, 'authorizations', organization, ({ cancelled }) => !cancelled);
  const authorization = find(world, 'authorizations', id);
  const least = (authorization?.used ?? 0) + (authorization?.reserved ?? 0);
  const today = localDate(world.now, zoneOf(world, organization));
  const total = {
    totalUnits: dice.of([least, least - 1, least + 1, least + 4, (authorization?.total ?? 0) + 2, least + 20])!,
  };
  const end = { endDate: plusDays(today, dice.of([1, 0, -1, 2, 5, 30, -30])!) };
  const reason = dice.weighted([
    [88, { reason: 'the payer approved so' }],
    [8, {}],
    [4, { reason: ' ' }],
  ]);
  return {
    by: by(world, dice, organization, ADMIN_CALL),
    operation: 'updateAuthorization',
    input: {
      id,
      ...dice.weighted<object>([
        [65, { ...total, ...reason }],
        [25, end],
        [10, { ...total, ...end, ...reason }],
      ]),
      ...expectedVersion(dice, authorization?.version ?? 1),
    },
  };
}

export function withdraw(world: World, dice: Dice): Call {
  const organization = somewhere(world, dice);
  const free = some(world, dice, 'authorizations', organization, ({ reserved, cancelled }) => !reserved && !cancelled);
  const id = dice.percent(30) ? some(world, dice, 'authorizations', organization) : free;
  return {
    by: by(world, dice, organization, ADMIN_CALL),
    operation: 'cancelAuthorization',
    input: { id, reason: dice.percent(5) ? ' ' : 'the payer withdrew it' },
  };
}
