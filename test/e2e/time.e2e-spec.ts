import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Clock } from '../../src/foundation/time/clock.ts';
import { localDate, timeZoneNamed } from '../../src/foundation/time/local-date.ts';
import { appointmentOf, standAt } from '../support/readings.ts';
import { connected, read } from '../support/sql.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { at, World, type Person, type Practice } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.close());
afterEach(() => {
  jest.restoreAllMocks();
});

interface Scene {
  readonly practice: Practice;
  readonly practitioner: Person;
  readonly patient: Person;
}

async function sceneIn(timeZone: string): Promise<Scene> {
  const practice = await world.practice(timeZone);
  return {
    practice,
    practitioner: await world.practitioner(practice),
    patient: await world.patient(practice),
  };
}

function book(
  { patient, practitioner }: Scene,
  authorizationId: string,
  startTime: string,
  endTime: string,
): Promise<GraphQLAnswer> {
  const people = { patientId: patient.id, practitionerId: practitioner.id, authorizationId };
  return world.book(practitioner.token, { ...people, startTime, endTime }, 'id durationMinutes unitsReserved');
}

const booked = (answer: GraphQLAnswer): unknown => answer.data?.createAppointment ?? answer.code;
const approved = ({ practice, patient }: Scene, startDate: string, endDate: string, more: object = {}) =>
  world.authorization(practice, patient.id, { startDate, endDate, ...more });

describe('given a practice in New York on a day on which the clocks change', () => {
  let scene: Scene;
  let authorizationId: string;
  beforeAll(async () => {
    scene = await sceneIn('America/New_York');
    authorizationId = await approved(scene, '2026-01-01', '2027-12-31');
  });

  it.each([
    [
      'an hour comes twice and the wall says 2 hours',
      '2026-11-01T00:30:00-04:00',
      '2026-11-01T02:30:00-05:00',
      180,
      12,
    ],
    ['the doubled hour itself passes', '2027-11-07T01:30:00-04:00', '2027-11-07T01:30:00-05:00', 60, 4],
    ['an hour is skipped and the wall says 2 hours', '2026-03-08T01:30:00-05:00', '2026-03-08T03:30:00-04:00', 60, 4],
    [
      'an hour is skipped and the wall says 13 hours',
      '2027-03-14T00:00:00-05:00',
      '2027-03-14T13:00:00-04:00',
      720,
      48,
    ],
  ])('when %s, then elapsed time counts', async (_, start, end, durationMinutes, unitsReserved) => {
    expect(booked(await book(scene, authorizationId, start, end))).toMatchObject({ durationMinutes, unitsReserved });
  });

  it('when 12 hours on the wall are 13 elapsed, then BAD_USER_INPUT', async () => {
    const answer = await book(scene, authorizationId, '2026-11-01T00:00:00-04:00', '2026-11-01T12:00:00-05:00');
    expect(answer.code).toBe('BAD_USER_INPUT');
  });

  it('when a visit over the doubled hour is completed, then the elapsed units are used', async () => {
    const own = await approved(scene, '2026-01-01', '2026-12-31');
    const start = '2026-11-01T20:00:00-05:00';
    const answer = await book(scene, own, start, '2026-11-01T21:00:00-05:00');
    standAt(world, '2026-11-03T00:00:00Z');
    const session = await world.make(
      'completeAppointment',
      {
        appointmentId: answer.data.createAppointment.id,
        actualStartTime: '2026-11-01T00:30:00-04:00',
        actualEndTime: '2026-11-01T02:30:00-05:00',
      },
      scene.practitioner.token,
      'durationMinutes unitsUsed',
    );
    expect(session).toEqual({ durationMinutes: 180, unitsUsed: 12 });
  });

  it('when it is 23:30 after the clocks went back, then it is still that date', async () => {
    const last = await approved(scene, '2026-10-01', '2026-11-01');
    const inside = await book(scene, last, '2026-11-01T23:30:00-05:00', '2026-11-02T00:00:00-05:00');
    expect(booked(inside)).toMatchObject({ unitsReserved: 2 });
    const first = await approved(scene, '2026-11-02', '2026-12-31');
    const before = await book(scene, first, '2026-11-01T23:00:00-05:00', '2026-11-01T23:30:00-05:00');
    expect(before.code).toBe('AUTHORIZATION_NOT_USABLE');
  });
});

describe('given an authorization from March 2 to March 6, 2026, in New York', () => {
  let scene: Scene;
  let authorizationId: string;
  beforeAll(async () => {
    scene = await sceneIn('America/New_York');
    authorizationId = await approved(scene, '2026-03-02', '2026-03-06');
  });

  it.each([
    ['the first minute of the first date', at('2026-03-02', '00:00')],
    ['noon of the first date', at('2026-03-02', '12:00')],
    ['noon of the last date', at('2026-03-06', '12:00')],
    ['22:00 on the last date, 03:00 the next day in UTC', at('2026-03-06', '22:00')],
    ['23:00 on the last date up to midnight', at('2026-03-06', '23:00')],
  ])('when a visit is at %s, then it is inside', async (_, { startTime, endTime }) => {
    expect(booked(await book(scene, authorizationId, startTime, endTime))).toMatchObject({ unitsReserved: 4 });
  });

  it.each([
    ['up to the midnight before it, on its first date in UTC', at('2026-03-01', '23:00')],
    ['at the midnight after it', at('2026-03-07', '00:00')],
    ['on the day after it', at('2026-03-07', '12:00')],
  ])('when a visit is %s, then AUTHORIZATION_NOT_USABLE', async (_, { startTime, endTime }) => {
    const { code, errors } = await book(scene, authorizationId, startTime, endTime);
    expect(code).toBe('AUTHORIZATION_NOT_USABLE');
    expect(errors![0]!.extensions.details).toMatchObject({
      authorizationId,
      startDate: '2026-03-02',
      endDate: '2026-03-06',
    });
  });

  it('when a visit ends a minute or a millisecond past midnight, then BAD_USER_INPUT', async () => {
    const { startTime, endTime } = at('2026-03-04', '23:00');
    for (const late of [60_000, 1]) {
      const end = new Date(Date.parse(endTime) + late).toISOString();
      expect((await book(scene, authorizationId, startTime, end)).code).toBe('BAD_USER_INPUT');
    }
  });

  it('when a visit passes the midnight of UTC alone, then it may be booked', async () => {
    const { startTime, endTime } = at('2026-03-04', '18:30');
    const answer = await book(scene, authorizationId, startTime, endTime);
    expect(booked(answer)).toMatchObject({ unitsReserved: 4 });
    expect(await appointmentOf(world, scene.practice.admin, answer.data.createAppointment.id as string)).toMatchObject({
      startTime: '2026-03-04T23:30:00.000Z',
      endTime: '2026-03-05T00:30:00.000Z',
    });
  });
});

describe('given practices in zones where it is another date at the same instant', () => {
  const NOW = '2026-06-15T03:30:00Z'; // New York: June 14, 23:30; Tokyo: June 15, 12:30; Kiritimati: June 15, 17:30
  const ZONES = ['America/New_York', 'Asia/Tokyo', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'UTC'];
  const STATUSES = ['PENDING', 'ACTIVE', 'EXHAUSTED', 'EXPIRED', 'CANCELLED'];
  const scenes = new Map<string, Scene>();
  /** By name, the ids in each zone. */
  const ids = new Map<string, Record<string, string>>();

  beforeAll(async () => {
    standAt(world, NOW);
    for (const zone of ZONES) {
      const scene = await sceneIn(zone);
      scenes.set(zone, scene);
      const usedUp = async (startDate: string, endDate: string): Promise<string> => {
        const id = await approved(scene, startDate, endDate, { totalUnits: 4 });
        const hour = usedUp.hour++;
        const start = `2026-06-10T0${hour}:00:00Z`;
        const answer = await book(scene, id, start, `2026-06-10T0${hour + 1}:00:00Z`);
        await world.make(
          'completeAppointment',
          { appointmentId: answer.data.createAppointment.id },
          scene.practice.admin,
        );
        return id;
      };
      usedUp.hour = 5;
      const cancelled = async (startDate: string, endDate: string): Promise<string> => {
        const id = await approved(scene, startDate, endDate);
        await world.query(
          'mutation($id: ID!) { cancelAuthorization(id: $id, reason: "gone") { id } }',
          { id },
          scene.practice.admin,
        );
        return id;
      };
      ids.set(zone, {
        untilThe13th: await approved(scene, '2026-01-01', '2026-06-13'),
        untilThe14th: await approved(scene, '2026-01-01', '2026-06-14'),
        untilThe15th: await approved(scene, '2026-01-01', '2026-06-15'),
        fromThe14th: await approved(scene, '2026-06-14', '2026-12-31'),
        fromThe15th: await approved(scene, '2026-06-15', '2026-12-31'),
        fromThe16th: await approved(scene, '2026-06-16', '2026-12-31'),
        usedUp: await usedUp('2026-01-01', '2026-12-31'),
        usedUpUntilThe14th: await usedUp('2026-01-01', '2026-06-14'),
        cancelled: await cancelled('2026-01-01', '2026-12-31'),
        cancelledUntilThe13th: await cancelled('2026-01-01', '2026-06-13'),
        cancelledFromThe16th: await cancelled('2026-06-16', '2026-12-31'),
      });
    }
    jest.restoreAllMocks();
  });

  async function list(token: string, filter: object): Promise<{ id: string; status: string }[]> {
    const { data, errors } = await world.query(
      'query($filter: AuthorizationFilter) { authorizations(filter: $filter, first: 200) { nodes { id status } totalCount } }',
      { filter },
      token,
    );
    expect(errors).toBeUndefined();
    expect(data.authorizations.totalCount).toBe(data.authorizations.nodes.length);
    return data.authorizations.nodes as { id: string; status: string }[];
  }

  const always = {
    usedUp: 'EXHAUSTED',
    cancelled: 'CANCELLED',
    cancelledUntilThe13th: 'CANCELLED',
    cancelledFromThe16th: 'CANCELLED',
    untilThe15th: 'ACTIVE',
    fromThe14th: 'ACTIVE',
    fromThe16th: 'PENDING',
    untilThe13th: 'EXPIRED',
  };
  const onThe14th = { untilThe14th: 'ACTIVE', usedUpUntilThe14th: 'EXHAUSTED', fromThe15th: 'PENDING' };
  const onThe15th = { untilThe14th: 'EXPIRED', usedUpUntilThe14th: 'EXPIRED', fromThe15th: 'ACTIVE' };

  it.each([
    ['America/New_York', onThe14th],
    ['Pacific/Pago_Pago', onThe14th],
    ['UTC', onThe15th],
    ['Asia/Tokyo', onThe15th],
    ['Pacific/Kiritimati', onThe15th],
  ])("when statuses are read in %s, then they go by that zone's date", async (zone, today) => {
    standAt(world, NOW);
    const found = await list(scenes.get(zone)!.practice.admin, {});
    const named = Object.fromEntries(
      Object.entries(ids.get(zone)!).map(([name, id]) => [name, found.find((each) => each.id === id)?.status]),
    );
    expect(named).toEqual({ ...always, ...today });
  });

  it.each(['2026-06-15T03:30:00Z', '2026-06-14T09:59:59Z', '2026-06-16T11:00:00Z', '2027-01-01T04:59:59Z'])(
    'when the filter asks for each status at %s, then it finds just those that read so, a super admin everywhere',
    async (now) => {
      standAt(world, now);
      for (const token of [world.superAdmin, ...[...scenes.values()].map(({ practice }) => practice.admin)]) {
        const all = await list(token, {});
        for (const status of STATUSES) {
          const expected = all.filter((each) => each.status === status);
          expect(await list(token, { status: [status] })).toEqual(expected);
        }
        expect(await list(token, { status: ['ACTIVE', 'CANCELLED'] })).toEqual(
          all.filter((each) => ['ACTIVE', 'CANCELLED'].includes(each.status)),
        );
        expect(await list(token, { status: [] })).toEqual([]);
      }
    },
  );

  it('when a super admin filters within one organization, then by its date too', async () => {
    standAt(world, NOW);
    for (const zone of ['America/New_York', 'Asia/Tokyo']) {
      const organizationId = scenes.get(zone)!.practice.id;
      const active = await list(world.superAdmin, { organizationId, status: ['ACTIVE'] });
      expect(active.some(({ id }) => id === ids.get(zone)!.untilThe14th)).toBe(zone === 'America/New_York');
    }
  });

  it('when PostgreSQL takes a time zone for another one than the server does, then filter and field still agree', async () => {
    const scene = await sceneIn('Europe/London');
    const id = await approved(scene, '2026-01-01', '2026-06-14');
    // an hour from UTC to PostgreSQL, and six to the server
    await connected(world.test.database.adminUrl, (admin) =>
      admin.query(`UPDATE organizations SET time_zone = 'BST' WHERE id = $1`, [scene.practice.id]),
    );
    standAt(world, '2026-06-14T19:00:00Z');
    for (const token of [scene.practice.admin, world.superAdmin]) {
      expect((await list(token, {})).find((each) => each.id === id)).toEqual({ id, status: 'EXPIRED' });
      expect(await list(token, { organizationId: scene.practice.id, status: ['EXPIRED'] })).toEqual([
        { id, status: 'EXPIRED' },
      ]);
      expect((await list(token, { status: ['ACTIVE'] })).some((each) => each.id === id)).toBe(false);
    }
  });

  it('when midnight passes while an answer is made, then the whole of it goes by the date on which it was asked for', async () => {
    const { practice } = scenes.get('UTC')!;
    const clock = jest.spyOn(world.test.app.get(Clock, { strict: false }), 'now');
    clock.mockReturnValueOnce(new Date('2026-06-14T23:59:59.999Z')).mockReturnValue(new Date('2026-06-15T00:00:00Z'));
    const active = await list(practice.admin, { status: ['ACTIVE'] });
    expect(active.find(({ id }) => id === ids.get('UTC')!.untilThe14th)?.status).toBe('ACTIVE');
    expect(new Set(active.map(({ status }) => status))).toEqual(new Set(['ACTIVE']));
  });

  it('when a visit is booked on a PENDING one, for a date inside, then it may be', async () => {
    standAt(world, NOW);
    const scene = scenes.get('America/New_York')!;
    const { startTime, endTime } = at('2026-06-20', '10:00', 60, '-04:00');
    const answer = await book(scene, ids.get('America/New_York')!.fromThe16th!, startTime, endTime);
    expect(booked(answer)).toMatchObject({ unitsReserved: 4 });
  });

  it('when a past visit is booked late, on an EXPIRED one, then it may be', async () => {
    standAt(world, NOW);
    const scene = scenes.get('America/New_York')!;
    const { startTime, endTime } = at('2026-06-12', '10:00', 60, '-04:00');
    const answer = await book(scene, ids.get('America/New_York')!.untilThe13th!, startTime, endTime);
    expect(booked(answer)).toMatchObject({ unitsReserved: 4 });
  });

  it('when authorizations valid on a date are asked for, then both edges are inclusive, and cancelled ones are none', async () => {
    const { patient, practice } = scenes.get('UTC')!;
    const on = async (date: string): Promise<Set<string>> =>
      new Set((await list(practice.admin, { patientId: patient.id, on: date })).map(({ id }) => id));
    const { untilThe14th, fromThe15th } = ids.get('UTC')!;
    expect([(await on('2026-06-14')).has(untilThe14th!), (await on('2026-06-15')).has(untilThe14th!)]).toEqual([
      true,
      false,
    ]);
    expect([(await on('2026-06-14')).has(fromThe15th!), (await on('2026-06-15')).has(fromThe15th!)]).toEqual([
      false,
      true,
    ]);
    const { usedUp, cancelled } = ids.get('UTC')!;
    expect([(await on('2026-06-14')).has(usedUp!), (await on('2026-06-14')).has(cancelled!)]).toEqual([true, false]);
  });
});

describe('given the time zones that PostgreSQL knows', () => {
  const found = (timeZone: string): Promise<GraphQLAnswer> => {
    const adminEmail = `${randomUUID()}@zone.example`;
    const input = { name: 'Zone', timeZone, adminEmail, adminPassword: 'long-enough-1' };
    return world.mutate('createOrganization', input, world.superAdmin, 'timeZone');
  };

  it.each([
    ['america/new_york', 'America/New_York'],
    ['ASIA/CALCUTTA', 'Asia/Calcutta'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['us/eastern', 'US/Eastern'],
    ['utc', 'UTC'],
  ])('when an organization is founded in %s, then it is kept as %s', async (given, kept) => {
    expect((await found(given)).data).toEqual({ createOrganization: { timeZone: kept } });
  });

  it('when a name passes here, then it does there, and both have the same dates; an abbreviation passes nowhere', async () => {
    const { ownerUrl } = world.test.database;
    const at = ['2026-01-15T03:30:00Z', '2026-07-15T04:30:00Z', '2026-07-15T22:30:00Z'];
    const known = await read(
      ownerUrl,
      `SELECT name, ARRAY(SELECT (instant AT TIME ZONE name)::date::text FROM unnest($1::timestamptz[]) instant) AS dates
         FROM pg_timezone_names ORDER BY name`,
      [at],
    );
    const named = known.filter(({ name }) => timeZoneNamed(name as string) === name);
    expect(named.length).toBeGreaterThan(500);
    expect(named).toEqual(
      named.map(({ name }) => ({ name, dates: at.map((instant) => localDate(new Date(instant), name as string)) })),
    );
    const abbreviations = await read(
      ownerUrl,
      `SELECT abbrev FROM pg_timezone_abbrevs WHERE abbrev NOT IN ('UTC', 'ZULU')`,
    );
    expect(abbreviations.length).toBeGreaterThan(100);
    expect(abbreviations.filter(({ abbrev }) => timeZoneNamed(abbrev as string))).toEqual([]);
  });

  it.each([
    'NST',
    'BST',
    'IST',
    'CST',
    'PST',
    'EST',
    'EST5EDT',
    'EST5EDT4',
    '+05:00',
    'SystemV/EST5',
    'posix/Asia/Tokyo',
    'Factory',
  ])('when an organization is to be founded in %s, then it is BAD_USER_INPUT', async (timeZone) => {
    const { code, errors } = await found(timeZone);
    expect(code).toBe('BAD_USER_INPUT');
    expect(errors?.[0]?.extensions.details).toHaveProperty('fields.timeZone');
  });
});
