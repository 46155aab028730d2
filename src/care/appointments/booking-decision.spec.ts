import { describe, expect, it } from '@jest/globals';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { TimeWindow } from '../../foundation/time/time-window.ts';
import { Authorization } from '../authorizations/authorization.entity.ts';
import { Busy } from './appointment.errors.ts';
import { decide, requireBookable, type BookingFacts, type Decision, type WantedVisit } from './booking-decision.ts';
import type { BusyTime } from './calendar.ts';

const PATIENT = 'patient';
const PRACTITIONER = 'practitioner';
const EIGHT_MINUTES = { timed: true, unitMinutes: 15, roundUpAtMinutes: 8, zeroBelowMinutes: 8 };
const CODE = { id: 'code-97153', code: '97153', ...EIGHT_MINUTES };

function anAuthorization(id: string, { totalUnits = 100, reservedUnits = 0, ...more }: Partial<Authorization> = {}) {
  const units = { totalUnits, reservedUnits, usedUnits: 0 };
  const dates = { startDate: '2026-01-01', endDate: '2026-12-31', cancelledAt: null };
  return Object.assign(new Authorization(), { id, patientId: PATIENT, ...units, ...dates, ...more });
}

function facts(authorizations: readonly Authorization[], busy: readonly BusyTime[] = [], codes = [CODE]): BookingFacts {
  return {
    now: new Date('2026-06-01T12:00:00Z'),
    timeZone: 'America/New_York',
    authorizations: new Map(authorizations.map((each) => [each.id, each])),
    codes: new Map(authorizations.map(({ id }) => [id, codes])),
    busy,
  };
}

const at = (start: string, end: string) => TimeWindow.toBook(new Date(start), new Date(end));

/** An hour of a day of June, in New York's morning. */
function visit(day: number, more: Partial<WantedVisit> = {}): WantedVisit {
  const date = `2026-06-${String(day).padStart(2, '0')}`;
  const window = at(`${date}T14:00:00Z`, `${date}T15:00:00Z`);
  return { patientId: PATIENT, practitionerId: PRACTITIONER, authorizationId: 'a', window, ...more };
}

function busyAt(id: string, { start, end }: TimeWindow, busy = Busy.PATIENT, personId = PATIENT): BusyTime {
  return { id, busy, personId, startTime: start, endTime: end };
}

const codesOf = ({ problems }: Decision) => problems.map(({ code }) => code);

describe('given an authorization with 100 units', () => {
  it('when one visit of an hour is wanted, then it may stand with 4 units of the only code', () => {
    const [decision] = decide(facts([anAuthorization('a')]), [visit(2)]);
    expect(decision).toMatchObject({ units: 4, code: CODE, problems: [] });
    expect(requireBookable(decision)).toBe(decision);
  });

  it('when a visit fails in several ways, then each is a problem, in the order in which a booking is refused', () => {
    const window = at('2027-01-05T14:00:00Z', '2027-01-05T15:00:00Z');
    const busy = [busyAt('other', window), busyAt('other', window, Busy.PRACTITIONER, PRACTITIONER)];
    const [decision] = decide(facts([anAuthorization('a', { reservedUnits: 98 })], busy), [visit(2, { window })]);
    expect(codesOf(decision)).toEqual([
      ErrorCode.AUTHORIZATION_NOT_USABLE,
      ErrorCode.SCHEDULING_CONFLICT,
      ErrorCode.INSUFFICIENT_UNITS,
    ]);
    expect(decision.problems.slice(1).map(({ details }) => details)).toEqual([
      { conflictsWith: [Busy.PRACTITIONER, Busy.PATIENT], appointmentIds: ['other'] },
      { authorizationId: 'a', requestedUnits: 4, availableUnits: 2 },
    ]);
    expect(() => requireBookable(decision)).toThrow(decision.problems[0]);
  });

  it('when the code is not covered, then its units cannot be told, and no room is asked for', () => {
    const [decision] = decide(facts([anAuthorization('a', { totalUnits: 1 })]), [visit(2, { serviceCode: '97155' })]);
    expect(codesOf(decision)).toEqual([ErrorCode.BAD_USER_INPUT]);
    expect(decision.units).toBeUndefined();
  });

  it('when it is of another patient, then nothing of its dates is told', () => {
    const [decision] = decide(facts([anAuthorization('a', { patientId: 'another' })]), [visit(2)]);
    expect(codesOf(decision)).toEqual([ErrorCode.AUTHORIZATION_PATIENT_MISMATCH]);
  });

  it('when a fault is none of the domain, then it is thrown and no problem', () => {
    expect(() => decide(facts([]), [visit(2)])).toThrow('was not read');
  });
});

describe('given somebody else at the same time', () => {
  it('when the visit touches theirs, or the other person is the same, then it may stand', () => {
    const { window } = visit(2);
    const before = at('2026-06-02T13:00:00Z', '2026-06-02T14:00:00Z');
    const after = at('2026-06-02T15:00:00Z', '2026-06-02T16:00:00Z');
    const busy = [
      busyAt('before', before),
      busyAt('after', after),
      busyAt('another patient', window, Busy.PATIENT, 'another'),
      busyAt('another practitioner', window, Busy.PRACTITIONER, 'another'),
    ];
    expect(codesOf(decide(facts([anAuthorization('a')], busy), [visit(2)])[0])).toEqual([]);
  });
});

describe('given 20 Mondays of 4 units', () => {
  const mondays = Array.from({ length: 20 }, (_, week) => {
    const start = new Date(Date.UTC(2026, 5, 1 + 7 * week, 14));
    return visit(1, { window: TimeWindow.toBook(start, new Date(start.getTime() + 3_600_000)) });
  });

  it('when 80 units are available, then all may stand', () => {
    expect(decide(facts([anAuthorization('a', { totalUnits: 80 })]), mondays).flatMap(codesOf)).toEqual([]);
  });

  it('when 76 are available, then the 20th alone has too few', () => {
    const decisions = decide(facts([anAuthorization('a', { totalUnits: 76 })]), mondays);
    expect(decisions.slice(0, 19).flatMap(codesOf)).toEqual([]);
    expect(decisions[19]?.problems[0]?.details).toEqual({ authorizationId: 'a', requestedUnits: 4, availableUnits: 0 });
  });

  it('when one of them is refused, then it takes nothing from those behind it', () => {
    const busy = [busyAt('other', mondays[2]!.window)];
    const decisions = decide(facts([anAuthorization('a', { totalUnits: 76 })], busy), mondays);
    expect(decisions.map(codesOf).filter((codes) => codes.length)).toEqual([[ErrorCode.SCHEDULING_CONFLICT]]);
  });

  it('when one is wanted twice, then the second meets the first, which is no appointment yet', () => {
    const decisions = decide(facts([anAuthorization('a')]), [mondays[0]!, mondays[0]!]);
    expect(decisions.map(codesOf)).toEqual([[], [ErrorCode.SCHEDULING_CONFLICT]]);
    expect(decisions[1].problems[0]?.details).toMatchObject({ appointmentIds: [] });
  });
});

describe('given a booked visit', () => {
  const { window } = visit(2);
  const before = {
    id: 'booked',
    authorizationId: 'a',
    serviceCodeId: CODE.id,
    unitsReserved: 4,
    startTime: window.start,
    endTime: window.end,
  };
  const own = [busyAt('booked', window), busyAt('booked', window, Busy.PRACTITIONER, PRACTITIONER)];
  const full = anAuthorization('a', { totalUnits: 4, reservedUnits: 4 });

  it('when it moves by half an hour, then neither its own time nor its own units are in its way', () => {
    const half = at('2026-06-02T14:30:00Z', '2026-06-02T15:30:00Z');
    expect(decide(facts([full], own), [visit(2, { window: half, before })])[0]).toMatchObject({
      units: 4,
      problems: [],
    });
  });

  it('when it grows by 2 units and 1 is available, then the difference is refused', () => {
    const longer = at('2026-06-02T14:00:00Z', '2026-06-02T15:30:00Z');
    const authorization = anAuthorization('a', { totalUnits: 5, reservedUnits: 4 });
    const [decision] = decide(facts([authorization], own), [visit(2, { window: longer, before })]);
    expect(decision.problems[0]?.details).toEqual({ authorizationId: 'a', requestedUnits: 2, availableUnits: 1 });
  });

  it('when the rule of its code has changed meanwhile, then it keeps its units until something changes that they depend on', () => {
    const now = { ...CODE, unitMinutes: 30, roundUpAtMinutes: 16, zeroBelowMinutes: 16 };
    const later = at('2026-06-02T16:00:00Z', '2026-06-02T17:00:00Z');
    const longer = at('2026-06-02T14:00:00Z', '2026-06-02T15:30:00Z');
    const unitsOf = (wanted: WantedVisit) => decide(facts([full], own, [now]), [wanted])[0].units;
    expect(unitsOf(visit(2, { window: later, before }))).toBe(4);
    expect(unitsOf(visit(2, { window: longer, before }))).toBe(3);
  });

  it.each([
    ['its length', { window: at('2026-06-02T14:00:00Z', '2026-06-02T14:20:00Z') }, 'endTime'],
    ['its service', { serviceCode: '97151' }, 'serviceCode'],
    ['its authorization', { authorizationId: 'b' }, 'authorizationId'],
  ])('when %s changes to what makes 0 units, then that field is named', (_, change, field) => {
    const hourly = { ...CODE, unitMinutes: 120, roundUpAtMinutes: 61, zeroBelowMinutes: 61 };
    const codes = [hourly, { ...hourly, id: 'code-97151', code: '97151' }];
    const [decision] = decide(facts([full, anAuthorization('b')], own, codes), [visit(2, { before, ...change })]);
    expect(decision.problems[0]?.details).toEqual({ fields: { [field]: [expect.stringContaining('0 units')] } });
  });

  it('when it goes to another authorization, then its units there are new, and those here are free for the next', () => {
    const there = anAuthorization('b', { totalUnits: 4 });
    const decisions = decide(facts([full, there], own), [
      visit(2, { authorizationId: 'b', before }),
      visit(3),
      visit(4, { authorizationId: 'b' }),
    ]);
    expect(decisions.map(codesOf)).toEqual([[], [], [ErrorCode.INSUFFICIENT_UNITS]]);
  });

  it('when two visits change places, then each finds that the other has left', () => {
    const later = at('2026-06-02T16:00:00Z', '2026-06-02T17:00:00Z');
    const other = { ...before, id: 'other', startTime: later.start, endTime: later.end };
    const busy = [...own, busyAt('other', later), busyAt('other', later, Busy.PRACTITIONER, PRACTITIONER)];
    const authorization = anAuthorization('a', { totalUnits: 8, reservedUnits: 8 });
    const decisions = decide(facts([authorization], busy), [
      visit(2, { window: later, before }),
      visit(2, { window, before: other }),
    ]);
    expect(decisions.map(codesOf)).toEqual([[], []]);
  });
});
