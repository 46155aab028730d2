import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { appointmentOf, moves, standAt } from '../support/readings.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { at, World, type Person, type Practice } from '../support/world.ts';

const MINUTE = 60_000;
const SESSION = `id unitsUsed unitsUnauthorized status narrativeNotes startTime endTime durationMinutes
  appointment { id status unitsReserved } practitioner { id } authorization { id } serviceCode { code }`;

describe('given an hour booked, 10 to 11', () => {
  let world: World;
  let practice: Practice;
  let practitioner: Person;
  let patient: Person;
  let day: string;
  let days = 0;

  beforeAll(async () => {
    world = await World.create();
    practice = await world.practice();
    [practitioner, patient] = await Promise.all([world.practitioner(practice), world.patient(practice)]);
  });
  afterAll(() => world.close());
  afterEach(() => {
    jest.restoreAllMocks();
  });
  beforeEach(() => {
    // past days: the real clock says that these visits are over
    day = new Date(Date.UTC(2024, 0, 1 + days++)).toISOString().slice(0, 10);
  });

  /** So many minutes after 10:00, at which it starts. */
  const after = (minutes: number, milliseconds = 0): Date =>
    new Date(Date.parse(at(day, '10:00').startTime) + minutes * MINUTE + milliseconds);

  async function booked(authorization: object = {}, more: object = {}): Promise<[id: string, authorizationId: string]> {
    const authorizationId = await world.authorization(practice, patient.id, authorization);
    const id = await world.booked(practitioner.token, {
      patientId: patient.id,
      practitionerId: practitioner.id,
      authorizationId,
      ...at(day, '10:00'),
      ...more,
    });
    return [id, authorizationId];
  }

  const start = (id: string, token = practitioner.token) =>
    world.query('mutation($id: ID!) { startAppointment(id: $id) { status startedAt version } }', { id }, token);
  const noShow = (id: string, token = practitioner.token) =>
    world.query('mutation($id: ID!) { markNoShow(id: $id) { status unitsReserved version } }', { id }, token);
  const cancel = (id: string) =>
    world.mutate('cancelAppointment', { id, reason: 'ill' }, practitioner.token, 'status cancelledAt');
  const complete = (appointmentId: string, more: object = {}, token = practitioner.token) =>
    world.mutate('completeAppointment', { appointmentId, ...more }, token, SESSION);
  const read = (id: string) => appointmentOf(world, practice.admin, id);
  const balance = (id: string) => world.balance(practice.admin, id);
  const ledger = (id: string) => moves(world, practice.admin, id);

  async function refused(
    [id, authorizationId]: [string, string],
    act: () => Promise<GraphQLAnswer>,
    code: string,
  ): Promise<GraphQLAnswer> {
    const before = [await read(id), await balance(authorizationId), await ledger(authorizationId)];
    const answer = await act();
    expect(answer.code).toBe(code);
    expect([await read(id), await balance(authorizationId), await ledger(authorizationId)]).toEqual(before);
    return answer;
  }

  describe('when it is started', () => {
    it('60 minutes and a millisecond before its time, then BAD_USER_INPUT', async () => {
      const both = await booked();
      standAt(world, after(-60, -1));
      await refused(both, () => start(both[0]), 'BAD_USER_INPUT');
    });

    it('60 minutes before its time, then it is IN_PROGRESS and holds its units', async () => {
      const [id, authorizationId] = await booked();
      standAt(world, after(-60));
      expect((await start(id)).data).toEqual({
        startAppointment: { status: 'IN_PROGRESS', startedAt: after(-60).toISOString(), version: 2 },
      });
      expect(await balance(authorizationId)).toMatchObject({ reservedUnits: 4, usedUnits: 0 });
      expect(await ledger(authorizationId)).toHaveLength(2);
    });

    it('and is IN_PROGRESS, then its people are still busy', async () => {
      const [id, authorizationId] = await booked();
      await start(id);
      const answer = await world.book(practitioner.token, {
        patientId: patient.id,
        practitionerId: practitioner.id,
        authorizationId,
        ...at(day, '10:30'),
      });
      expect(answer.code).toBe('SCHEDULING_CONFLICT');
    });
  });

  describe('when the patient does not come', () => {
    it('and it is marked at its very start or before, then BAD_USER_INPUT', async () => {
      const both = await booked();
      for (const now of [after(-30), after(0)]) {
        standAt(world, now);
        await refused(both, () => noShow(both[0]), 'BAD_USER_INPUT');
      }
    });

    it('and it is marked a millisecond after its start, then all its units are free', async () => {
      const [id, authorizationId] = await booked();
      standAt(world, after(0, 1));
      expect((await noShow(id)).data).toEqual({ markNoShow: { status: 'NO_SHOW', unitsReserved: 0, version: 2 } });
      expect(await balance(authorizationId)).toMatchObject({ reservedUnits: 0, usedUnits: 0, availableUnits: 100 });
      expect(await ledger(authorizationId)).toEqual([
        ['GRANT', 100],
        ['RESERVE', 4],
        ['RELEASE', 4],
      ]);
    });
  });

  describe('when it is completed', () => {
    it('while its scheduled end is more than 5 minutes ahead, then BAD_USER_INPUT; at 5 minutes it is forgiven', async () => {
      const both = await booked();
      standAt(world, after(55, -1));
      await refused(both, () => complete(both[0]), 'BAD_USER_INPUT');
      standAt(world, after(55));
      expect((await complete(both[0])).data).toMatchObject({ completeAppointment: { unitsUsed: 4 } });
    });

    it('with an actual end more than 5 minutes ahead, then BAD_USER_INPUT, though the scheduled end is past', async () => {
      const both = await booked();
      standAt(world, after(70));
      const late = { actualEndTime: after(75, 1).toISOString() };
      await refused(both, () => complete(both[0], late), 'BAD_USER_INPUT');
      expect((await complete(both[0], { actualEndTime: after(75).toISOString() })).data).toMatchObject({
        completeAppointment: { durationMinutes: 75, unitsUsed: 5 },
      });
    });

    it('early, with an actual end that is past, then it is over', async () => {
      const [id] = await booked();
      standAt(world, after(20));
      const { data } = await complete(id, { actualEndTime: after(20).toISOString() });
      expect(data).toMatchObject({ completeAppointment: { durationMinutes: 20, unitsUsed: 1 } });
    });

    it('from IN_PROGRESS, then units are used, the appointment holds none, and both sides know each other', async () => {
      const [id, authorizationId] = await booked();
      await start(id);
      const { data } = await complete(id, { narrativeNotes: 'played' });
      const session = (data as { completeAppointment: { id: string } }).completeAppointment;
      expect(session).toMatchObject({
        unitsUsed: 4,
        unitsUnauthorized: 0,
        status: 'COMPLETED',
        narrativeNotes: 'played',
        ...at(day, '10:00'),
        durationMinutes: 60,
        appointment: { id, status: 'COMPLETED', unitsReserved: 0 },
        practitioner: { id: practitioner.id },
        authorization: { id: authorizationId },
        serviceCode: { code: '97153' },
      });
      expect(await read(id)).toMatchObject({ status: 'COMPLETED', session: { id: session.id }, version: 3 });
      expect(await ledger(authorizationId)).toEqual([
        ['GRANT', 100],
        ['RESERVE', 4],
        ['CONSUME', 4],
      ]);
    });

    it('with an end that is not after its start, or 12 hours and more, then BAD_USER_INPUT', async () => {
      const both = await booked();
      for (const minutes of [0, -1, 721])
        await refused(both, () => complete(both[0], { actualEndTime: after(minutes).toISOString() }), 'BAD_USER_INPUT');
    });
  });

  describe('when it turns out longer than booked', () => {
    it('by 20 minutes with nothing available, then 4 are used, 1 is unauthorized, and the note is kept', async () => {
      const [id, authorizationId] = await booked({ totalUnits: 4 });
      const actualEndTime = after(80).toISOString();
      const { data } = await complete(id, { actualEndTime, narrativeNotes: 'had to calm down' });
      const session = (data as { completeAppointment: { id: string } }).completeAppointment;
      expect(session).toMatchObject({
        unitsUsed: 4,
        unitsUnauthorized: 1,
        status: 'REQUIRES_REVIEW',
        narrativeNotes: 'had to calm down',
        durationMinutes: 80,
      });
      expect(await balance(authorizationId)).toEqual({
        totalUnits: 4,
        usedUnits: 4,
        reservedUnits: 0,
        availableUnits: 0,
      });
      expect(await ledger(authorizationId)).toEqual([
        ['GRANT', 4],
        ['RESERVE', 4],
        ['CONSUME', 4],
      ]);
      const kept = await world.query(
        'query($id: ID!) { session(id: $id) { narrativeNotes unitsUnauthorized status } }',
        { id: session.id },
        practitioner.token,
      );
      expect(kept.data).toEqual({
        session: { narrativeNotes: 'had to calm down', unitsUnauthorized: 1, status: 'REQUIRES_REVIEW' },
      });
    });

    it('by 2 units with 1 available, then the 1 is taken and the other is unauthorized', async () => {
      const [id, authorizationId] = await booked({ totalUnits: 5 });
      const { data } = await complete(id, { actualEndTime: after(90).toISOString() });
      expect(data).toMatchObject({
        completeAppointment: { unitsUsed: 5, unitsUnauthorized: 1, status: 'REQUIRES_REVIEW' },
      });
      expect(await ledger(authorizationId)).toEqual([
        ['GRANT', 5],
        ['RESERVE', 4],
        ['RESERVE', 1],
        ['CONSUME', 5],
      ]);
    });

    it('by 1 unit while what is available is held for somebody else’s visit, then theirs is not touched', async () => {
      const [id, authorizationId] = await booked({ totalUnits: 8 });
      await world.booked(practitioner.token, {
        patientId: patient.id,
        practitionerId: practitioner.id,
        authorizationId,
        ...at(day, '15:00'),
      });
      const { data } = await complete(id, { actualEndTime: after(80).toISOString() });
      expect(data).toMatchObject({ completeAppointment: { unitsUsed: 4, unitsUnauthorized: 1 } });
      expect(await balance(authorizationId)).toMatchObject({ usedUnits: 4, reservedUnits: 4 });
    });
  });

  it('when it turns out shorter, then a CONSUME and a RELEASE of the rest', async () => {
    const [id, authorizationId] = await booked();
    await complete(id, { actualEndTime: after(35).toISOString() });
    expect((await ledger(authorizationId)).slice(2).sort()).toEqual([
      ['CONSUME', 2],
      ['RELEASE', 2],
    ]);
  });

  describe('when the actual start is on another date', () => {
    it('outside the authorization, then all is unauthorized and the hold is released', async () => {
      const [id, authorizationId] = await booked({ startDate: day, endDate: day }, at(day, '22:00'));
      const { startTime: actualStartTime } = at(day, '24:00');
      const actualEndTime = new Date(Date.parse(actualStartTime) + 50 * MINUTE).toISOString();
      const { data } = await complete(id, { actualStartTime, actualEndTime });
      expect(data).toMatchObject({
        completeAppointment: { unitsUsed: 0, unitsUnauthorized: 3, status: 'REQUIRES_REVIEW' },
      });
      expect(await balance(authorizationId)).toMatchObject({ usedUnits: 0, reservedUnits: 0, availableUnits: 100 });
      expect(await ledger(authorizationId)).toEqual([
        ['GRANT', 100],
        ['RESERVE', 4],
        ['RELEASE', 4],
      ]);
    });

    it('before the authorization begins, then all is unauthorized', async () => {
      const [id] = await booked({ startDate: day, endDate: day }, at(day, '00:00'));
      const { endTime } = at(day, '00:00');
      const actualStartTime = new Date(Date.parse(endTime) - 61 * MINUTE).toISOString();
      const { data } = await complete(id, { actualStartTime, actualEndTime: endTime });
      expect(data).toMatchObject({ completeAppointment: { unitsUsed: 0, unitsUnauthorized: 4 } });
    });

    it('in UTC only, then it is inside', async () => {
      const [id] = await booked({ startDate: day, endDate: day }, at(day, '22:00'));
      const { startTime, endTime } = at(day, '23:30', 60);
      const { data } = await complete(id, { actualStartTime: startTime, actualEndTime: endTime });
      expect(data).toMatchObject({ completeAppointment: { unitsUsed: 4, unitsUnauthorized: 0, status: 'COMPLETED' } });
    });
  });

  describe('when it is completed again', () => {
    it('without a key or with a new one, then INVALID_STATUS_TRANSITION and units stay', async () => {
      const both = await booked();
      await complete(both[0], { idempotencyKey: randomUUID() });
      await refused(both, () => complete(both[0]), 'INVALID_STATUS_TRANSITION');
      const idempotencyKey = randomUUID();
      await refused(both, () => complete(both[0], { idempotencyKey }), 'INVALID_STATUS_TRANSITION');
    });

    it("with the first call's key, then it is the same session; with other input, IDEMPOTENCY_KEY_REUSED", async () => {
      const both = await booked();
      const input = { idempotencyKey: randomUUID(), narrativeNotes: 'once' };
      const first = await complete(both[0], input);
      expect(first.errors).toBeUndefined();
      const again = await complete(both[0], input);
      expect(again.data).toEqual(first.data);
      await refused(both, () => complete(both[0], { ...input, narrativeNotes: 'twice' }), 'IDEMPOTENCY_KEY_REUSED');
      expect(await balance(both[1])).toMatchObject({ usedUnits: 4, reservedUnits: 0 });
    });
  });

  describe('when somebody else completes it', () => {
    it('another practitioner, then FORBIDDEN, with the key of the first call too', async () => {
      const other = await world.practitioner(practice);
      const both = await booked();
      await refused(both, () => complete(both[0], {}, other.token), 'FORBIDDEN');
      const input = { idempotencyKey: randomUUID(), narrativeNotes: 'private' };
      await complete(both[0], input);
      const stolen = await complete(both[0], input, other.token);
      expect([stolen.code, JSON.stringify(stolen)]).toEqual(['FORBIDDEN', expect.not.stringContaining('private')]);
    });

    it('another practitioner, then they may still start it, and mark a no-show', async () => {
      const other = await world.practitioner(practice);
      const [id] = await booked();
      expect((await start(id, other.token)).errors).toBeUndefined();
      const [missed] = await booked({}, at(day, '15:00'));
      expect((await noShow(missed, other.token)).errors).toBeUndefined();
    });

    it('the patient, then FORBIDDEN; an admin or a super admin may', async () => {
      const both = await booked();
      await refused(both, () => complete(both[0], {}, patient.token), 'FORBIDDEN');
      await refused(both, () => start(both[0], patient.token), 'FORBIDDEN');
      await refused(both, () => noShow(both[0], patient.token), 'FORBIDDEN');
      expect((await complete(both[0], {}, practice.admin)).errors).toBeUndefined();
      const [id] = await booked({}, at(day, '15:00'));
      expect((await complete(id, {}, world.superAdmin)).errors).toBeUndefined();
    });
  });

  const reach: Record<string, (id: string) => Promise<GraphQLAnswer>> = {
    IN_PROGRESS: (id) => start(id),
    COMPLETED: (id) => complete(id),
    CANCELLED: cancel,
    NO_SHOW: (id) => noShow(id),
  };
  const steps: Record<string, (id: string) => Promise<GraphQLAnswer>> = {
    ...reach,
    SCHEDULED: (id) => world.mutate('updateAppointment', { id, notes: 'changed' }, practitioner.token),
  };
  const pairs = Object.keys(reach).flatMap((from) => Object.keys(steps).map((to) => [from, to] as const));

  it.each(pairs.filter(([from, to]) => !(from === 'IN_PROGRESS' && to === 'COMPLETED')))(
    'when it is %s and is to become %s, then INVALID_STATUS_TRANSITION and nothing changes',
    async (from, to) => {
      const both = await booked();
      expect((await reach[from]!(both[0])).errors).toBeUndefined();
      const { errors } = await refused(both, () => steps[to]!(both[0]), 'INVALID_STATUS_TRANSITION');
      expect(errors![0]!.extensions.details).toEqual({ from, to });
    },
  );

  it('when it was cancelled, then when and why is told, and the time is free for another', async () => {
    const [id, authorizationId] = await booked();
    standAt(world, after(-600));
    await cancel(id);
    expect(await read(id)).toMatchObject({
      status: 'CANCELLED',
      cancelledAt: after(-600).toISOString(),
      cancellationReason: 'ill',
      unitsReserved: 0,
    });
    const people = { patientId: patient.id, practitionerId: practitioner.id, authorizationId };
    expect((await world.book(practitioner.token, { ...people, ...at(day, '10:00') })).errors).toBeUndefined();
  });

  describe('given a service code of its own', () => {
    const withCode = async (input: object): Promise<{ code: string; codeId: string; authorizationId: string }> => {
      const code = `C-${randomUUID().slice(0, 8)}`;
      const codeId = await world.serviceCode(practice, { code, ...input });
      return {
        code,
        codeId,
        authorizationId: await world.authorization(practice, patient.id, { serviceCodes: [code] }),
      };
    };
    const book = (authorizationId: string, minutes: number, time = '10:00'): Promise<string> =>
      world.booked(practitioner.token, {
        patientId: patient.id,
        practitionerId: practitioner.id,
        authorizationId,
        ...at(day, time, minutes),
      });

    it('when it is untimed, then every visit is one unit, whatever its length', async () => {
      const { authorizationId } = await withCode({ timed: false });
      const id = await book(authorizationId, 180);
      expect(await read(id)).toMatchObject({ unitsReserved: 1, durationMinutes: 180 });
      await complete(id, { actualEndTime: after(3).toISOString() });
      expect(await balance(authorizationId)).toMatchObject({ usedUnits: 1, reservedUnits: 0 });
      expect(await read(await book(authorizationId, 1, '15:00'))).toMatchObject({ unitsReserved: 1 });
    });

    it('when its rule changes, then bookings keep what they hold and later completions go by the new one', async () => {
      const { authorizationId, codeId } = await withCode({});
      const id = await book(authorizationId, 60);
      await world.make(
        'updateServiceCode',
        { id: codeId, unitMinutes: 30, roundUpAtMinutes: 16, zeroBelowMinutes: 16 },
        practice.admin,
      );
      expect(await read(id)).toMatchObject({ unitsReserved: 4 });
      expect((await complete(id)).data).toMatchObject({ completeAppointment: { unitsUsed: 2, unitsUnauthorized: 0 } });
      expect(await balance(authorizationId)).toMatchObject({ usedUnits: 2, reservedUnits: 0 });
      expect(await read(await book(authorizationId, 45, '15:00'))).toMatchObject({ unitsReserved: 1 });
    });
  });
});
