import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { appointmentOf, moves } from '../support/readings.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { at, World, type Person, type Practice } from '../support/world.ts';

describe('given an hour booked on an authorization', () => {
  let world: World;
  let practice: Practice;
  let practitioner: Person;
  let colleague: Person;
  let patient: Person;
  let day: string;
  let days = 0;

  beforeAll(async () => {
    world = await World.create();
    practice = await world.practice();
    [practitioner, colleague, patient] = await Promise.all([
      world.practitioner(practice),
      world.practitioner(practice),
      world.patient(practice),
    ]);
    await world.serviceCode(practice, { code: '97155', unitMinutes: 30, roundUpAtMinutes: 16, zeroBelowMinutes: 16 });
    await world.serviceCode(practice, { code: '97156' });
  });
  afterAll(() => world.close());
  beforeEach(() => {
    day = new Date(Date.UTC(2031, 0, 1 + days++)).toISOString().slice(0, 10);
  });

  async function booked(input: object = {}): Promise<{ id: string; authorizationId: string }> {
    const authorizationId = await world.authorization(practice, patient.id, input);
    return { authorizationId, id: await bookedOn(authorizationId) };
  }

  function bookedOn(authorizationId: string, more: object = {}): Promise<string> {
    return world.booked(practitioner.token, {
      patientId: patient.id,
      practitionerId: practitioner.id,
      authorizationId,
      serviceCode: '97153',
      ...at(day, '09:00'),
      ...more,
    });
  }

  function change(id: string, input: object): Promise<GraphQLAnswer> {
    return world.mutate('updateAppointment', { id, ...input }, practitioner.token, 'id version unitsReserved notes');
  }

  const read = (id: string) => appointmentOf(world, practice.admin, id);
  const balance = (id: string) => world.balance(practice.admin, id);
  const ledger = (id: string) => moves(world, practice.admin, id);

  /** The change is refused so, and the booking and the ledger stay as they are. */
  async function refused(id: string, input: object, code: string, authorizations: string[]): Promise<GraphQLAnswer> {
    const before = [await read(id), await Promise.all(authorizations.map(balance))];
    const entries = await Promise.all(authorizations.map(ledger));
    const answer = await change(id, input);
    expect(answer.code).toBe(code);
    expect([await read(id), await Promise.all(authorizations.map(balance))]).toEqual(before);
    expect(await Promise.all(authorizations.map(ledger))).toEqual(entries);
    return answer;
  }

  it('when it becomes 90 minutes, then one RESERVE of 2 follows, and the version counts', async () => {
    const { id, authorizationId } = await booked();
    const { data } = await change(id, { endTime: at(day, '09:00', 90).endTime });
    expect(data).toEqual({ updateAppointment: { id, version: 2, unitsReserved: 6, notes: null } });
    expect(await balance(authorizationId)).toMatchObject({ reservedUnits: 6, availableUnits: 94 });
    expect(await ledger(authorizationId)).toEqual([
      ['GRANT', 100],
      ['RESERVE', 4],
      ['RESERVE', 2],
    ]);
  });

  it('when it becomes 30 minutes, then one RELEASE of 2 follows', async () => {
    const { id, authorizationId } = await booked();
    const { data } = await change(id, { endTime: at(day, '09:00', 30).endTime });
    expect(data).toMatchObject({ updateAppointment: { unitsReserved: 2 } });
    expect(await balance(authorizationId)).toMatchObject({ reservedUnits: 2, availableUnits: 98 });
    expect(await ledger(authorizationId)).toEqual([
      ['GRANT', 100],
      ['RESERVE', 4],
      ['RELEASE', 2],
    ]);
  });

  it('when it moves by half an hour, over its own old time, then no units move', async () => {
    const { id, authorizationId } = await booked();
    const times = at(day, '09:30');
    expect((await change(id, times)).errors).toBeUndefined();
    expect(await read(id)).toMatchObject({ ...times, durationMinutes: 60, unitsReserved: 4, version: 2 });
    expect(await ledger(authorizationId)).toHaveLength(2);
  });

  it('when its units are all that there is, then it still moves to another day', async () => {
    const { id, authorizationId } = await booked({ totalUnits: 4 });
    const times = at('2032-03-03', '09:00');
    expect((await change(id, times)).errors).toBeUndefined();
    expect(await read(id)).toMatchObject(times);
    expect(await balance(authorizationId)).toMatchObject({ reservedUnits: 4, availableUnits: 0 });
  });

  it('when 1 unit is available and it becomes 90 minutes, then INSUFFICIENT_UNITS; old time and 4 units intact', async () => {
    const { id, authorizationId } = await booked({ totalUnits: 5 });
    const { errors } = await refused(
      id,
      { endTime: at(day, '09:00', 90).endTime, notes: 'longer' },
      'INSUFFICIENT_UNITS',
      [authorizationId],
    );
    expect(errors![0]!.extensions.details).toEqual({ authorizationId, requestedUnits: 2, availableUnits: 1 });
    expect(await read(id)).toMatchObject({ ...at(day, '09:00'), unitsReserved: 4, version: 1, notes: null });
  });

  it.each([
    ['0 units', 7],
    ['13 hours', 780],
    ['less than nothing', -10],
  ])('when it becomes %s long, then BAD_USER_INPUT', async (_, minutes) => {
    const { id, authorizationId } = await booked();
    await refused(id, { endTime: at(day, '09:00', minutes).endTime }, 'BAD_USER_INPUT', [authorizationId]);
  });

  it('when only the end moves past midnight, then BAD_USER_INPUT', async () => {
    const { id, authorizationId } = await booked();
    await refused(id, at(day, '23:30', 60), 'BAD_USER_INPUT', [authorizationId]);
  });

  it('when it moves to another authorization and back, then units move from one to the other, in either order of ids', async () => {
    const { id, authorizationId: first } = await booked();
    const second = await world.authorization(practice, patient.id);
    await change(id, { authorizationId: second });
    expect([await balance(first), await balance(second)]).toMatchObject([{ reservedUnits: 0 }, { reservedUnits: 4 }]);
    await change(id, { authorizationId: first, endTime: at(day, '09:00', 90).endTime });
    expect([await balance(first), await balance(second)]).toMatchObject([{ reservedUnits: 6 }, { reservedUnits: 0 }]);
    expect(await ledger(first)).toEqual([
      ['GRANT', 100],
      ['RESERVE', 4],
      ['RELEASE', 4],
      ['RESERVE', 6],
    ]);
    expect(await ledger(second)).toEqual([
      ['GRANT', 100],
      ['RESERVE', 4],
      ['RELEASE', 4],
    ]);
    expect(await read(id)).toMatchObject({ authorization: { id: first }, unitsReserved: 6, version: 3 });
  });

  it('when the other authorization has too few units, then both keep theirs, in either order of ids', async () => {
    const small = await world.authorization(practice, patient.id, { totalUnits: 3 });
    const { id, authorizationId } = await booked();
    const smaller = await world.authorization(practice, patient.id, { totalUnits: 3 });
    for (const to of [small, smaller])
      await refused(id, { authorizationId: to }, 'INSUFFICIENT_UNITS', [authorizationId, small, smaller]);
  });

  it("when the other authorization is another patient's, then AUTHORIZATION_PATIENT_MISMATCH", async () => {
    const { id, authorizationId } = await booked();
    const foreign = await world.authorization(practice, (await world.patient(practice)).id);
    await refused(id, { authorizationId: foreign }, 'AUTHORIZATION_PATIENT_MISMATCH', [authorizationId, foreign]);
  });

  it('when the other authorization does not cover the date, then AUTHORIZATION_NOT_USABLE with its dates', async () => {
    const { id, authorizationId } = await booked();
    const dates = { startDate: '2020-01-01', endDate: '2030-12-31' };
    const expired = await world.authorization(practice, patient.id, dates);
    const { errors } = await refused(id, { authorizationId: expired }, 'AUTHORIZATION_NOT_USABLE', [
      authorizationId,
      expired,
    ]);
    expect(errors![0]!.extensions.details).toMatchObject({ authorizationId: expired, ...dates });
  });

  it('when its own authorization does not cover the new date, then AUTHORIZATION_NOT_USABLE', async () => {
    const { id, authorizationId } = await booked();
    await refused(id, at('2041-01-01', '09:00'), 'AUTHORIZATION_NOT_USABLE', [authorizationId]);
  });

  it('when it becomes another service of the same authorization, then the units are measured anew', async () => {
    const { id, authorizationId } = await booked({ serviceCodes: ['97153', '97155'] });
    await change(id, { serviceCode: '97155' });
    expect(await read(id)).toMatchObject({ serviceCode: { code: '97155' }, unitsReserved: 2, version: 2 });
    expect(await ledger(authorizationId)).toEqual([
      ['GRANT', 100],
      ['RESERVE', 4],
      ['RELEASE', 2],
    ]);
  });

  it('when the authorization does not cover the new code, or the new authorization the old one, then BAD_USER_INPUT', async () => {
    const { id, authorizationId } = await booked();
    const other = await world.authorization(practice, patient.id, { serviceCodes: ['97156'] });
    await refused(id, { serviceCode: '97156' }, 'BAD_USER_INPUT', [authorizationId]);
    await refused(id, { serviceCode: 'NOBODY' }, 'BAD_USER_INPUT', [authorizationId]);
    await refused(id, { authorizationId: other }, 'BAD_USER_INPUT', [authorizationId, other]);
    expect((await change(id, { authorizationId: other, serviceCode: '97156' })).errors).toBeUndefined();
    expect(await read(id)).toMatchObject({ authorization: { id: other }, serviceCode: { code: '97156' } });
  });

  it('when another practitioner takes it, then no units move, and the old one is free', async () => {
    const { id, authorizationId } = await booked();
    await change(id, { practitionerId: colleague.id });
    expect(await read(id)).toMatchObject({ practitioner: { id: colleague.id }, version: 2 });
    expect(await ledger(authorizationId)).toHaveLength(2);
    const somebody = await world.patient(practice);
    const again = await world.book(practitioner.token, {
      patientId: somebody.id,
      practitionerId: practitioner.id,
      authorizationId: await world.authorization(practice, somebody.id),
      ...at(day, '09:00'),
    });
    expect(again.errors).toBeUndefined();
  });

  it('when nobody has the new practitioner’s id, then NOT_FOUND', async () => {
    const { id, authorizationId } = await booked();
    await refused(id, { practitionerId: randomUUID() }, 'NOT_FOUND', [authorizationId]);
  });

  it('when it would overlap another one, then SCHEDULING_CONFLICT says whose; when they touch, it moves', async () => {
    const { id, authorizationId } = await booked();
    const somebody = await world.patient(practice);
    const theirs = await world.booked(practitioner.token, {
      patientId: somebody.id,
      practitionerId: practitioner.id,
      authorizationId: await world.authorization(practice, somebody.id),
      ...at(day, '11:00'),
    });
    const own = await bookedOn(authorizationId, { practitionerId: colleague.id, ...at(day, '13:00') });

    const busyPractitioner = await refused(id, at(day, '10:30'), 'SCHEDULING_CONFLICT', [authorizationId]);
    expect(busyPractitioner.errors![0]!.extensions.details).toEqual({
      conflictsWith: ['PRACTITIONER'],
      appointmentIds: [theirs],
    });
    const busyPatient = await refused(id, at(day, '13:30'), 'SCHEDULING_CONFLICT', [authorizationId]);
    expect(busyPatient.errors![0]!.extensions.details).toEqual({ conflictsWith: ['PATIENT'], appointmentIds: [own] });
    const busyBoth = await refused(id, at(day, '11:30', 120), 'SCHEDULING_CONFLICT', [authorizationId]);
    expect(busyBoth.errors![0]!.extensions.details).toEqual({
      conflictsWith: ['PRACTITIONER', 'PATIENT'],
      appointmentIds: [theirs, own].sort(),
    });
    const busyColleague = await refused(
      id,
      { practitionerId: colleague.id, ...at(day, '13:00') },
      'SCHEDULING_CONFLICT',
      [authorizationId],
    );
    expect(busyColleague.errors![0]!.extensions.details).toMatchObject({ conflictsWith: ['PRACTITIONER', 'PATIENT'] });

    expect((await change(id, at(day, '12:00'))).errors).toBeUndefined();
  });

  it('when somebody changed it meanwhile, then STALE_VERSION with the current one', async () => {
    const { id, authorizationId } = await booked();
    expect((await change(id, { notes: 'first', expectedVersion: 1 })).errors).toBeUndefined();
    const stale = { ...at(day, '15:00'), expectedVersion: 1 };
    const { errors } = await refused(id, stale, 'STALE_VERSION', [authorizationId]);
    expect(errors![0]!.extensions.details).toEqual({ currentVersion: 2 });
    const cancel = await world.mutate('cancelAppointment', { id, expectedVersion: 1 }, practitioner.token);
    expect([cancel.code, cancel.errors![0]!.extensions.details]).toEqual(['STALE_VERSION', { currentVersion: 2 }]);
    expect((await change(id, { ...stale, expectedVersion: 2 })).errors).toBeUndefined();
  });

  it.each([
    ['its start alone', { startTime: '10:30' }, 'startTime'],
    ['its end alone', { endTime: '08:00' }, 'endTime'],
    ['its start alone, five minutes before its end', { startTime: '09:55' }, 'startTime'],
  ])('when %s moves to where no visit can be, then that field is named', async (_, times, field) => {
    const { id, authorizationId } = await booked();
    const input = Object.fromEntries(Object.entries(times).map(([name, time]) => [name, at(day, time).startTime]));
    const { errors } = await refused(id, input, 'BAD_USER_INPUT', [authorizationId]);
    expect(errors![0]!.extensions.details).toEqual({ fields: { [field]: [expect.any(String)] } });
  });

  it('when notes and location are null, then they are cleared; left out, they stay; null elsewhere stays', async () => {
    const { authorizationId } = await booked();
    const id = await bookedOn(authorizationId, { ...at(day, '11:00'), notes: 'bring toys', location: 'HOME' });
    await change(id, { endTime: at(day, '11:00', 45).endTime });
    expect(await read(id)).toMatchObject({ notes: 'bring toys', location: 'HOME', unitsReserved: 3 });
    await change(id, { notes: null });
    expect(await read(id)).toMatchObject({ notes: null, location: 'HOME' });
    await change(id, { location: null, startTime: null, endTime: null, practitionerId: null, authorizationId: null });
    expect(await read(id)).toMatchObject({
      location: null,
      ...at(day, '11:00', 45),
      practitioner: { id: practitioner.id },
      authorization: { id: authorizationId },
      version: 4,
    });
  });

  it('when nothing is different, then nothing is written: version, time of the update and ledger stay', async () => {
    const { authorizationId } = await booked();
    const id = await bookedOn(authorizationId, { ...at(day, '11:00'), notes: 'same', location: 'CLINIC' });
    const before = await read(id);
    const same = { notes: 'same', location: 'CLINIC', practitionerId: practitioner.id, authorizationId };
    const answer = await change(id, { ...same, serviceCode: '97153', ...at(day, '11:00') });
    expect(answer.data).toMatchObject({ updateAppointment: { version: 1 } });
    expect(await read(id)).toEqual(before);
    expect(await ledger(authorizationId)).toHaveLength(3);
  });

  it('when it is cancelled, then even an empty change is INVALID_STATUS_TRANSITION', async () => {
    const { id, authorizationId } = await booked();
    await world.make('cancelAppointment', { id }, practitioner.token);
    await refused(id, {}, 'INVALID_STATUS_TRANSITION', [authorizationId]);
    await refused(id, at(day, '15:00'), 'INVALID_STATUS_TRANSITION', [authorizationId]);
  });

  it('when the same key and input come again, then nothing more changes; with other input, IDEMPOTENCY_KEY_REUSED', async () => {
    const { id, authorizationId } = await booked();
    const input = { endTime: at(day, '09:00', 90).endTime, idempotencyKey: randomUUID() };
    const first = await change(id, input);
    await change(id, { notes: 'written between' });
    const again = await change(id, input);
    expect(first.data).toMatchObject({ updateAppointment: { id, version: 2 } });
    // its fields are read anew
    expect(again.data).toEqual({ updateAppointment: { id, version: 3, unitsReserved: 6, notes: 'written between' } });
    expect(await ledger(authorizationId)).toHaveLength(3);
    await refused(id, { ...input, notes: null }, 'IDEMPOTENCY_KEY_REUSED', [authorizationId]);
  });

  it('when a change is refused, then its key is free for another', async () => {
    const { id, authorizationId } = await booked({ totalUnits: 5 });
    const idempotencyKey = randomUUID();
    const tooLong = { endTime: at(day, '09:00', 90).endTime, idempotencyKey };
    await refused(id, tooLong, 'INSUFFICIENT_UNITS', [authorizationId]);
    expect((await change(id, { endTime: at(day, '09:00', 75).endTime, idempotencyKey })).errors).toBeUndefined();
    expect(await balance(authorizationId)).toMatchObject({ reservedUnits: 5, availableUnits: 0 });
  });

  it('when a patient asks, then FORBIDDEN', async () => {
    const { id } = await booked();
    expect((await world.mutate('updateAppointment', { id, notes: 'mine' }, patient.token)).code).toBe('FORBIDDEN');
    expect(await read(id)).toMatchObject({ notes: null, version: 1 });
  });
});
