import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Call } from './calls.ts';
import { decide } from './decide.ts';
import { instantOf, localDate, plusDays } from './local-time.ts';
import { beginning } from './start.ts';
import { minutesBetween, unitsOf, type Rule } from './units.ts';
import type { Verdict } from './verdict.ts';
import { get, type World } from './world.ts';

const NOW = Date.parse('2026-06-10T14:00:00Z');
const ADMIN = '@north-admin.in';
const rule = (unitMinutes: number, roundUpAtMinutes: number, zeroBelowMinutes: number): Rule => ({
  ...{ timed: true, unitMinutes, roundUpAtMinutes, zeroBelowMinutes },
});

describe('given the table of minutes and units in domain.md', () => {
  it.each([
    ['15/8/8', rule(15, 8, 8), { 1: 0, 7: 0, 8: 1, 22: 1, 23: 2, 37: 2, 38: 3, 52: 3, 53: 4, 67: 4, 68: 5, 75: 5 }],
    ['15/1/1', rule(15, 1, 1), { 1: 1, 15: 1, 16: 2, 30: 2, 31: 3, 45: 3, 46: 4, 60: 4, 61: 5, 75: 5 }],
    ['15/15/15', rule(15, 15, 15), { 1: 0, 14: 0, 15: 1, 29: 1, 30: 2, 44: 2, 45: 3, 59: 3, 60: 4, 74: 4, 75: 5 }],
    ['30/16/16', rule(30, 16, 16), { 1: 0, 15: 0, 16: 1, 45: 1, 46: 2, 75: 2 }],
    ['60/31/31', rule(60, 31, 31), { 1: 0, 30: 0, 31: 1, 75: 1, 91: 2 }],
    ['untimed', { ...rule(15, 8, 8), timed: false }, { 0: 0, 1: 1, 600: 1 }],
  ])('then the model counts %s as it says', (_, given, table) => {
    for (const [minutes, units] of Object.entries(table))
      expect([minutes, unitsOf(Number(minutes), given)]).toEqual([minutes, units]);
  });

  it.each([
    ['2026-11-01', '00:30', '02:30', 180],
    ['2026-03-08', '01:30', '03:30', 60],
  ])('then on %s from %s to %s in New York elapsed time counts', (date, from, until, minutes) => {
    const [start, end] = [from, until].map((time) => instantOf(date, time, 'America/New_York')) as [number, number];
    expect(minutesBetween(start, end)).toBe(minutes);
  });

  it('then seconds are cut off', () => {
    expect(minutesBetween(0, 479_000)).toBe(7);
  });
});

describe('given 14 units for P1, and 10 for P2', () => {
  let world: World;
  let counted: number;
  beforeEach(() => {
    counted = 0;
  });

  /** The beginning, and then these calls. */
  function after(...calls: Call[]): World {
    world = beginning({ now: NOW, northZone: 'America/New_York', southZone: 'Europe/London' }, 'spec');
    for (const call of calls) {
      const verdict = decide(world, call);
      if ('refused' in verdict) throw new Error(JSON.stringify(verdict));
      world = verdict.world;
    }
    return world;
  }

  function booking(minutes: number, more: object = {}): Call {
    const start = NOW - (++counted + 1) * 3_600_000 * 2;
    const [startTime, endTime] = [start, start + minutes * 60_000].map((time) => new Date(time).toISOString());
    const input = { patientId: '@P1', practitionerId: '@D1', authorizationId: '@A1', startTime, endTime, ...more };
    return { by: ADMIN, operation: 'createAppointment', input } as Call;
  }

  function completion(minutes: number): Call {
    const actualStartTime = new Date(NOW - 300 * 60_000).toISOString();
    const actualEndTime = new Date(NOW - (300 - minutes) * 60_000).toISOString();
    return {
      by: ADMIN,
      operation: 'completeAppointment',
      input: { appointmentId: '@V1', actualStartTime, actualEndTime },
    };
  }

  const balance = (): number[] => {
    const { total, used, reserved } = get(world, 'authorizations', '@A1');
    return [total, used, reserved];
  };
  const codes = (verdict: Verdict): string[] =>
    'refused' in verdict ? verdict.refused.map(({ code }) => code) : ['accepted'];

  it.each([
    [62, [14, 4, 0], 0],
    [35, [14, 2, 0], 0],
    [80, [14, 5, 0], 0],
    [7, [14, 0, 0], 0],
    [240, [14, 14, 0], 2],
  ])(
    'when an hour is completed after %d minutes, then the units used are its own',
    (minutes, expected, unauthorized) => {
      after(booking(60), completion(minutes));
      expect(balance()).toEqual(expected);
      expect(get(world, 'sessions', '@S1').unauthorized).toBe(unauthorized);
    },
  );

  it('when 1 unit is available and an hour becomes 90 minutes, then INSUFFICIENT_UNITS', () => {
    after(booking(60), booking(60), booking(75));
    const { end } = get(world, 'appointments', '@V1');
    const endTime = new Date(end + 30 * 60_000).toISOString();
    expect(decide(world, { by: ADMIN, operation: 'updateAppointment', input: { id: '@V1', endTime } })).toEqual({
      refused: [
        { code: 'INSUFFICIENT_UNITS', details: { authorizationId: '@A1', requestedUnits: 2, availableUnits: 1 } },
      ],
    });
  });

  it('when the total would fall below what is used and reserved, then it is refused, and else it may', () => {
    after(booking(60), completion(60), booking(60));
    const to = (totalUnits: number): Verdict =>
      decide(world, { by: ADMIN, operation: 'updateAuthorization', input: { id: '@A1', totalUnits, reason: 'less' } });
    expect(codes(to(7))).toEqual(['INSUFFICIENT_UNITS']);
    expect(codes(to(8))).toEqual(['accepted']);
  });

  it('when a key comes again, then nothing happens twice; with another input it is refused', () => {
    const first = booking(60, { idempotencyKey: 'k' });
    after(first);
    expect(decide(world, first)).toMatchObject({ again: true, world });
    expect(codes(decide(world, booking(45, { idempotencyKey: 'k' })))).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  it('when a key comes from another user, then it is a key of theirs', () => {
    const first = booking(60, { idempotencyKey: 'k' });
    after(first);
    expect(codes(decide(world, { ...first, by: '@d1.in' }))).toEqual(['SCHEDULING_CONFLICT']);
    expect(codes(decide(world, { ...booking(45, { idempotencyKey: 'k' }), by: '@d1.in' }))).toEqual(['accepted']);
  });

  it('when null comes in place of what was left out, then it is the same call, but where null clears', () => {
    const first = booking(60, { idempotencyKey: 'k' });
    const change = (more: object): Call => ({
      by: ADMIN,
      operation: 'updateAppointment',
      input: { id: '@V1', practitionerId: '@D2', idempotencyKey: 'k', ...more },
    });
    after(first, change({}));
    const nulls = { notes: null, recurrenceRule: null, serviceCode: null };
    expect(decide(world, { ...first, input: { ...first.input, ...nulls } } as unknown as Call)).toMatchObject({
      again: true,
    });
    expect(decide(world, change({ startTime: null, expectedVersion: null }))).toMatchObject({ again: true });
    expect(codes(decide(world, change({ notes: null })))).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  it('when somebody of another organization asks, then NOT_FOUND', () => {
    after(booking(60));
    const foreign = decide(world, { by: '@south-admin.in', operation: 'cancelAppointment', input: { id: '@V1' } });
    expect(codes(foreign)).toEqual(['NOT_FOUND']);
  });

  it('when a booking moves to another authorization, then it is released there and reserved here', () => {
    const move: Call = { by: ADMIN, operation: 'updateAppointment', input: { id: '@V1', authorizationId: '@A2' } };
    after(booking(30), move);
    expect(balance()).toEqual([14, 0, 0]);
    expect(get(world, 'authorizations', '@A2')).toMatchObject({ total: 9, reserved: 2 });
  });

  it('when a visit is at 23:00 on the last day, then it is inside, and at midnight after it no more', () => {
    after();
    const last = get(world, 'authorizations', '@A1').endDate;
    const at = (date: string, time: string): object => {
      const start = instantOf(date, time, 'America/New_York');
      return { startTime: new Date(start).toISOString(), endTime: new Date(start + 3_600_000).toISOString() };
    };
    expect(localDate(NOW, 'America/New_York')).toBe(plusDays(last, -3));
    expect(codes(decide(world, booking(60, at(last, '23:00'))))).toEqual(['accepted']);
    expect(codes(decide(world, booking(60, at(plusDays(last, 1), '00:00'))))).toEqual(['AUTHORIZATION_NOT_USABLE']);
    expect(codes(decide(world, booking(60, at(last, '23:30'))))).toEqual(['BAD_USER_INPUT']);
  });
});
