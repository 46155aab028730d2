import { isLive, iso } from '../model/appointments.ts';
import type { Call } from '../model/calls.ts';
import { instantOf, plusDays } from '../model/local-time.ts';
import { NORTH } from '../model/start.ts';
import { find, get, rows, type Appointment, type Authorization, type Name, type World } from '../model/world.ts';
import type { Dice } from './dice.ts';
import { MINUTE, visitTimes } from './times.ts';
import { expectedVersion, key, some } from './what.ts';
import { by, signedIn, somewhere, STAFF_CALL, zoneOf } from './who.ts';

type Chosen = Call | undefined;

export function book(world: World, dice: Dice): Chosen {
  const organization = somewhere(world, dice);
  const patientId = some(world, dice, 'patients', organization, ({ name }) => approvedFor(world, name).length > 0);
  const authorizationId = some(
    world,
    dice,
    'authorizations',
    organization,
    ({ patient, cancelled }) => patient === patientId && !cancelled,
  );
  const authorization = find(world, 'authorizations', authorizationId);
  const [start, end] = visitTimes(world, dice, organization, authorization);
  return {
    by: by(world, dice, organization, STAFF_CALL),
    operation: 'createAppointment',
    input: {
      patientId,
      practitionerId: some(world, dice, 'practitioners', organization),
      authorizationId,
      ...codeOf(world, dice, authorization),
      startTime: iso(start),
      endTime: iso(end),
      ...dice.weighted([
        [90, {}],
        [6, { notes: 'first\tvisit' }],
        [2, { recurrenceRule: 'FREQ=WEEKLY;COUNT=4' }],
        [2, { recurrenceRule: 'FREQ=SOMETIMES' }],
      ]),
      ...key(world, dice, organization),
    },
  };
}

function approvedFor(world: World, patient: Name): readonly Authorization[] {
  return rows(world, 'authorizations').filter((row) => row.patient === patient && !row.cancelled);
}

/** Mostly named where there are several, mostly left out where there is one. */
function codeOf(world: World, dice: Dice, authorization: Authorization | undefined): { readonly serviceCode?: string } {
  const covered = authorization?.codes.map((name) => get(world, 'serviceCodes', name).code) ?? [];
  const named = { serviceCode: dice.of(covered) ?? '97153' };
  return dice.weighted([
    [90, covered.length === 1 ? {} : named],
    [7, covered.length === 1 ? named : {}],
    [3, { serviceCode: '99999' }],
  ]);
}

function visitOf(
  world: World,
  dice: Dice,
  organization: Name,
  likely: (row: Appointment) => boolean,
): { id: Name; visit: Appointment | undefined } | undefined {
  if (!rows(world, 'appointments').some((row) => row.organization === organization)) return undefined;
  const id = some(world, dice, 'appointments', organization, likely);
  return { id, visit: find(world, 'appointments', id) };
}

/** Where there are visits at all. */
function somewhereVisited(world: World, dice: Dice): Name {
  const organization = somewhere(world, dice);
  return rows(world, 'appointments').some((row) => row.organization === organization) ? organization : NORTH;
}

const isScheduled = ({ status }: Appointment): boolean => status === 'SCHEDULED';

export function change(world: World, dice: Dice): Chosen {
  const organization = somewhereVisited(world, dice);
  const chosen = visitOf(world, dice, organization, isScheduled);
  if (!chosen) return undefined;
  const { id, visit } = chosen;
  return {
    by: by(world, dice, organization, STAFF_CALL),
    operation: 'updateAppointment',
    input: {
      id,
      ...whatChanges(world, dice, organization, visit),
      ...expectedVersion(dice, visit?.version ?? 1),
      ...key(world, dice, organization),
    },
  };
}

function whatChanges(world: World, dice: Dice, organization: Name, visit: Appointment | undefined): object {
  const authorization = visit && get(world, 'authorizations', visit.authorization);
  const others = (row: Authorization): boolean => row.patient === visit?.patient && row.name !== visit.authorization;
  const longer = (minutes: number): object => ({ endTime: iso((visit?.end ?? world.now) + minutes * MINUTE) });
  return dice.weighted<() => object>([
    [24, () => longer(dice.of([30, 15, -30, -15, 60, -53, 1])!)],
    [24, () => both(visitTimes(world, dice, organization, authorization))],
    [
      20,
      () => ({
        authorizationId: some(world, dice, 'authorizations', organization, others),
        ...dice.weighted([
          [70, {}],
          [15, codeOf(world, dice, authorization)],
          [15, longer(30)],
        ]),
      }),
    ],
    [8, () => ({ practitionerId: some(world, dice, 'practitioners', organization) })],
    [8, () => codeOf(world, dice, authorization)],
    [
      8,
      () => ({
        notes: dice.of(['moved', null, 'called']) ?? null,
        location: dice.of(['HOME', null, 'SCHOOL']) ?? null,
      }),
    ],
    [4, () => ({})],
  ])();
}

function both([start, end]: readonly [number, number]): object {
  return { startTime: iso(start), endTime: iso(end) };
}

export function cancel(world: World, dice: Dice): Chosen {
  const organization = somewhereVisited(world, dice);
  const chosen = visitOf(world, dice, organization, isScheduled);
  return (
    chosen && {
      by: by(world, dice, organization, STAFF_CALL),
      operation: 'cancelAppointment',
      input: {
        id: chosen.id,
        ...dice.weighted([
          [70, {}],
          [30, { reason: 'ill' }],
        ]),
        ...expectedVersion(dice, chosen.visit?.version ?? 1),
        ...key(world, dice, organization),
      },
    }
  );
}

export function start(world: World, dice: Dice): Chosen {
  const organization = somewhereVisited(world, dice);
  const near = (visit: Appointment): boolean => isScheduled(visit) && visit.start - 90 * MINUTE <= world.now;
  const chosen = visitOf(world, dice, organization, near);
  return (
    chosen && {
      by: by(world, dice, organization, STAFF_CALL),
      operation: 'startAppointment',
      input: { id: chosen.id },
    }
  );
}

export function noShow(world: World, dice: Dice): Chosen {
  const organization = somewhereVisited(world, dice);
  const near = (visit: Appointment): boolean => isScheduled(visit) && visit.start - 10 * MINUTE <= world.now;
  const chosen = visitOf(world, dice, organization, near);
  return (
    chosen && {
      by: by(world, dice, organization, STAFF_CALL),
      operation: 'markNoShow',
      input: { id: chosen.id },
    }
  );
}

export function complete(world: World, dice: Dice): Chosen {
  const organization = somewhereVisited(world, dice);
  const over = (visit: Appointment): boolean => isLive(visit) && visit.end <= world.now + 10 * MINUTE;
  const chosen = visitOf(world, dice, organization, over);
  if (!chosen) return undefined;
  const { id, visit } = chosen;
  const own = signedIn(
    world,
    dice,
    (user) => user.practitioner === visit?.practitioner && user.role === 'PRACTITIONER',
  );
  return {
    by: dice.percent(40) ? own : by(world, dice, organization, STAFF_CALL),
    operation: 'completeAppointment',
    input: {
      appointmentId: id,
      ...(visit ? actualTimes(world, dice, visit) : {}),
      ...key(world, dice, organization),
    },
  };
}

/** As scheduled, shorter, longer; on the edges of 5 minutes from now and of the authorization's days. */
function actualTimes(world: World, dice: Dice, visit: Appointment): object {
  const { startDate, endDate } = get(world, 'authorizations', visit.authorization);
  const zone = zoneOf(world, visit.organization);
  const minutes = dice.of([62, 35, 80, 7, 8, 22, 23, 53, 52, 120, 37, 38, 240])!;
  const soon = world.now + 5 * MINUTE + dice.of([0, 1])!;
  const outside = dice.of([
    instantOf(plusDays(startDate, -1), '23:30', zone),
    instantOf(plusDays(endDate, 1), '00:00', zone),
  ])!;
  return dice.weighted<object>([
    [34, {}],
    [26, { actualEndTime: iso(visit.start + minutes * MINUTE) }],
    [16, { actualStartTime: iso(visit.start - 10 * MINUTE), actualEndTime: iso(visit.start + minutes * MINUTE) }],
    [8, { actualStartTime: iso(visit.end - minutes * MINUTE) }],
    [6, { actualStartTime: iso(soon - minutes * MINUTE), actualEndTime: iso(soon) }],
    [6, { actualStartTime: iso(outside), actualEndTime: iso(outside + minutes * MINUTE) }],
    [4, { actualStartTime: iso(visit.end), actualEndTime: iso(visit.start) }],
  ]);
}
