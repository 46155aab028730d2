import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { moves } from '../support/readings.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { at, World, type Person, type Practice } from '../support/world.ts';

const ALL = `id totalUnits usedUnits reservedUnits availableUnits startDate endDate status version updatedAt
  authorizationNumber payerName patient { id } serviceCodes { code }
  ledgerEntries { totalCount nodes { kind units totalAfter usedAfter reservedAfter appointmentId actorId reason } }`;

describe('given a practice and a patient', () => {
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
    await world.serviceCode(practice, { code: '97155' });
    // a unit a minute
    await world.serviceCode(practice, { code: 'MINUTES', unitMinutes: 1, roundUpAtMinutes: 1, zeroBelowMinutes: 1 });
  });
  afterAll(() => world.close());
  beforeEach(() => {
    day = new Date(Date.UTC(2024, 0, 1 + days++)).toISOString().slice(0, 10);
  });

  const input = (more: object = {}): object => ({
    patientId: patient.id,
    serviceCodes: ['97153'],
    totalUnits: 100,
    startDate: '2020-01-01',
    endDate: '2040-12-31',
    ...more,
  });
  const book = (authorizationId: string, more: object = {}): Promise<GraphQLAnswer> =>
    world.book(practitioner.token, {
      patientId: patient.id,
      practitionerId: practitioner.id,
      authorizationId,
      ...at(day, '10:00'),
      ...more,
    });
  const booked = async (authorizationId: string, more: object = {}): Promise<string> => {
    const { data, errors } = await book(authorizationId, more);
    if (errors) throw new Error(JSON.stringify(errors));
    return data.createAppointment.id as string;
  };
  const update = (id: string, more: object, token = practice.admin): Promise<GraphQLAnswer> =>
    world.mutate('updateAuthorization', { id, ...more }, token, 'totalUnits availableUnits endDate version status');
  const cancel = (id: string, token = practice.admin, reason = 'payer withdrew it'): Promise<GraphQLAnswer> =>
    world.query(
      'mutation($id: ID!, $reason: String!) { cancelAuthorization(id: $id, reason: $reason) { status version } }',
      { id, reason },
      token,
    );
  async function read(id: string): Promise<Record<string, unknown>> {
    const { data, errors } = await world.query(
      `query($id: ID!) { authorization(id: $id) { ${ALL} } }`,
      { id },
      practice.admin,
    );
    expect(errors).toBeUndefined();
    return data.authorization as Record<string, unknown>;
  }
  async function refused(id: string, act: () => Promise<GraphQLAnswer>, code: string): Promise<GraphQLAnswer> {
    const before = await read(id);
    const answer = await act();
    expect(answer.code).toBe(code);
    expect(await read(id)).toEqual(before);
    return answer;
  }

  describe('when an authorization is created', () => {
    it('then it has its units, a GRANT, and what was said of it', async () => {
      const { data } = await world.mutate(
        'createAuthorization',
        input({ authorizationNumber: 'A-17', payerName: 'Payer', serviceCodes: ['97155', '97153'] }),
        practice.admin,
        ALL,
      );
      expect(data.createAuthorization).toMatchObject({
        totalUnits: 100,
        usedUnits: 0,
        reservedUnits: 0,
        availableUnits: 100,
        startDate: '2020-01-01',
        endDate: '2040-12-31',
        status: 'ACTIVE',
        version: 1,
        authorizationNumber: 'A-17',
        payerName: 'Payer',
        patient: { id: patient.id },
        ledgerEntries: {
          totalCount: 1,
          nodes: [{ kind: 'GRANT', units: 100, totalAfter: 100, usedAfter: 0, reservedAfter: 0, appointmentId: null }],
        },
      });
      const { serviceCodes } = data.createAuthorization as { serviceCodes: { code: string }[] };
      expect(serviceCodes.map(({ code }) => code).sort()).toEqual(['97153', '97155']);
    });

    it.each<[string, string, object]>([
      ['no code', 'BAD_USER_INPUT', { serviceCodes: [] }],
      ['a code that the organization does not have', 'BAD_USER_INPUT', { serviceCodes: ['97153', 'NONE'] }],
      ['0 units', 'BAD_USER_INPUT', { totalUnits: 0 }],
      ['1,000,001 units', 'BAD_USER_INPUT', { totalUnits: 1_000_001 }],
      ['an end before its start', 'BAD_USER_INPUT', { startDate: '2026-01-02', endDate: '2026-01-01' }],
      ['a patient that nobody is', 'NOT_FOUND', { patientId: randomUUID() }],
    ])('with %s, then %s %j', async (_, code, wrong) => {
      expect((await world.mutate('createAuthorization', input(wrong), practice.admin)).code).toBe(code);
    });

    it('for a single day, of 1 or of 1,000,000 units, then it may be', async () => {
      for (const totalUnits of [1, 1_000_000])
        expect(
          (
            await world.mutate(
              'createAuthorization',
              input({ totalUnits, startDate: '2026-01-01', endDate: '2026-01-01' }),
              practice.admin,
            )
          ).errors,
        ).toBeUndefined();
    });

    it('by a practitioner or a patient, then FORBIDDEN; they change and cancel none either', async () => {
      const id = await world.authorization(practice, patient.id);
      for (const { token } of [practitioner, patient]) {
        expect((await world.mutate('createAuthorization', input(), token)).code).toBe('FORBIDDEN');
        await refused(id, () => update(id, { totalUnits: 200, reason: 'more' }, token), 'FORBIDDEN');
        await refused(id, () => cancel(id, token), 'FORBIDDEN');
      }
    });
  });

  describe('given a pool of two codes', () => {
    it('when both are booked, then they share its units', async () => {
      const id = await world.authorization(practice, patient.id, { serviceCodes: ['97153', '97155'], totalUnits: 8 });
      await booked(id, { serviceCode: '97153' });
      await booked(id, { serviceCode: '97155', ...at(day, '12:00') });
      expect(await read(id)).toMatchObject({ reservedUnits: 8, availableUnits: 0 });
      const { code, errors } = await book(id, { serviceCode: '97155', ...at(day, '14:00', 15) });
      expect(code).toBe('INSUFFICIENT_UNITS');
      expect(errors![0]!.extensions.details).toEqual({ authorizationId: id, requestedUnits: 1, availableUnits: 0 });
    });

    it('when a booking leaves the code out, or names one that it does not cover, then BAD_USER_INPUT', async () => {
      const id = await world.authorization(practice, patient.id, { serviceCodes: ['97153', '97155'] });
      await refused(id, () => book(id), 'BAD_USER_INPUT');
      await refused(id, () => book(id, { serviceCode: 'MINUTES' }), 'BAD_USER_INPUT');
      await refused(id, () => book(id, { serviceCode: 'NONE' }), 'BAD_USER_INPUT');
      const { errors } = await book(id);
      expect(errors![0]!.extensions.details).toMatchObject({ fields: { serviceCode: [expect.any(String)] } });
    });
  });

  describe('given 40 units used and 30 reserved of 100', () => {
    let id: string;
    beforeEach(async () => {
      id = await world.authorization(practice, patient.id, { serviceCodes: ['MINUTES'] });
      const done = await booked(id, at(day, '10:00', 40));
      await world.make('completeAppointment', { appointmentId: done }, practitioner.token);
      await booked(id, at(day, '12:00', 30));
    });

    it('when the total is to be 69, then INSUFFICIENT_UNITS and nothing changes, its end neither', async () => {
      const input = { totalUnits: 69, endDate: '2039-12-31', reason: 'payer cut it' };
      const { errors } = await refused(id, () => update(id, input), 'INSUFFICIENT_UNITS');
      expect(errors![0]!.extensions.details).toMatchObject({ authorizationId: id, availableUnits: 30 });
    });

    it('when the total is to be 70, then it is an ADJUST of -30 with its reason, and nothing is available', async () => {
      expect((await update(id, { totalUnits: 70, reason: 'payer cut it' })).data).toEqual({
        updateAuthorization: {
          totalUnits: 70,
          availableUnits: 0,
          endDate: '2040-12-31',
          version: 2,
          status: 'ACTIVE',
        },
      });
      const { ledgerEntries } = (await read(id)) as { ledgerEntries: { nodes: object[] } };
      expect(ledgerEntries.nodes[0]).toMatchObject({
        kind: 'ADJUST',
        units: -30,
        totalAfter: 70,
        usedAfter: 40,
        reservedAfter: 30,
        appointmentId: null,
        actorId: expect.any(String),
        reason: 'payer cut it',
      });
      expect((await book(id, at(day, '14:00', 1))).code).toBe('INSUFFICIENT_UNITS');
    });

    it('when the total is raised, then what it adds can be booked', async () => {
      await update(id, { totalUnits: 130, reason: 'extension' });
      expect(await read(id)).toMatchObject({ totalUnits: 130, availableUnits: 60, usedUnits: 40, reservedUnits: 30 });
      await booked(id, at(day, '14:00', 60));
      expect(await moves(world, practice.admin, id)).toEqual([
        ['GRANT', 100],
        ['RESERVE', 40],
        ['CONSUME', 40],
        ['RESERVE', 30],
        ['ADJUST', 30],
        ['RESERVE', 60],
      ]);
    });

    it.each([[undefined], [null], ['']])(
      'when the total changes with reason %j, then BAD_USER_INPUT',
      async (reason) => {
        await refused(id, () => update(id, { totalUnits: 120, reason }), 'BAD_USER_INPUT');
      },
    );

    it('when it is cancelled, then it is refused while units are reserved', async () => {
      await refused(id, () => cancel(id), 'INVALID_STATUS_TRANSITION');
    });

    it('when all of it becomes used, then EXHAUSTED; with more units, ACTIVE again', async () => {
      const other = await world.authorization(practice, patient.id, { totalUnits: 4 });
      const visit = await booked(other, at(day, '15:00'));
      expect(await read(other)).toMatchObject({ status: 'ACTIVE', availableUnits: 0 });
      await world.make('completeAppointment', { appointmentId: visit }, practitioner.token);
      expect(await read(other)).toMatchObject({ status: 'EXHAUSTED' });
      expect((await update(other, { totalUnits: 5, reason: 'one more' })).data).toMatchObject({
        updateAuthorization: { status: 'ACTIVE' },
      });
    });
  });

  describe('given a live appointment', () => {
    it('when the end moves before its local date, then BAD_USER_INPUT names it; up to its date it may', async () => {
      const id = await world.authorization(practice, patient.id);
      const early = await booked(id, at('2031-05-04', '00:00', 60, '-04:00'));
      // the 6th in UTC
      const late = await booked(id, at('2031-05-05', '23:00', 60, '-04:00'));
      const { errors } = await refused(id, () => update(id, { endDate: '2031-05-03' }), 'BAD_USER_INPUT');
      expect(errors![0]!.extensions.details).toMatchObject({
        appointmentIds: [early, late],
        fields: { endDate: [expect.any(String)] },
      });
      const second = await refused(id, () => update(id, { endDate: '2031-05-04' }), 'BAD_USER_INPUT');
      expect(second.errors![0]!.extensions.details).toMatchObject({ appointmentIds: [late] });
      expect((await update(id, { endDate: '2031-05-05' })).data).toMatchObject({
        updateAuthorization: { endDate: '2031-05-05', version: 2 },
      });
      await world.make('cancelAppointment', { id: late }, practitioner.token);
      expect((await update(id, { endDate: '2031-05-04' })).errors).toBeUndefined();
      expect((await moves(world, practice.admin, id)).some(([kind]) => kind === 'ADJUST')).toBe(false);
    });

    it("when another authorization's end moves, then it does not count", async () => {
      const [id, other] = [
        await world.authorization(practice, patient.id),
        await world.authorization(practice, patient.id),
      ];
      await booked(id, at('2031-06-05', '10:00'));
      expect((await update(other, { endDate: '2031-06-01' })).errors).toBeUndefined();
    });
  });

  it('when the end moves before the start, then BAD_USER_INPUT', async () => {
    const id = await world.authorization(practice, patient.id);
    await refused(id, () => update(id, { endDate: '2019-12-31' }), 'BAD_USER_INPUT');
  });

  it('when nothing is different, then nothing is written', async () => {
    const id = await world.authorization(practice, patient.id);
    await read(id);
    const before = await read(id);
    expect((await update(id, { totalUnits: 100, endDate: '2040-12-31', reason: 'same' })).errors).toBeUndefined();
    expect(await read(id)).toEqual(before);
  });

  it('when another version is expected, then STALE_VERSION; bookings do not count as versions', async () => {
    const id = await world.authorization(practice, patient.id);
    await booked(id);
    expect((await update(id, { endDate: '2039-12-31', expectedVersion: 1 })).errors).toBeUndefined();
    const stale = { totalUnits: 200, reason: 'more', expectedVersion: 1 };
    const { errors } = await refused(id, () => update(id, stale), 'STALE_VERSION');
    expect(errors![0]!.extensions.details).toEqual({ currentVersion: 2 });
    expect((await update(id, { ...stale, expectedVersion: 2 })).errors).toBeUndefined();
  });

  describe('when it is cancelled', () => {
    it('after its last hold is released, then it is CANCELLED for good', async () => {
      const id = await world.authorization(practice, patient.id);
      const visit = await booked(id);
      await refused(id, () => cancel(id), 'INVALID_STATUS_TRANSITION');
      await world.make('cancelAppointment', { id: visit }, practitioner.token);
      expect((await cancel(id)).data).toEqual({ cancelAuthorization: { status: 'CANCELLED', version: 2 } });
      await refused(id, () => cancel(id), 'INVALID_STATUS_TRANSITION');
      await refused(id, () => update(id, { totalUnits: 200, reason: 'more' }), 'AUTHORIZATION_NOT_USABLE');
    });

    it('then it cannot be booked, nor an appointment moved to it: AUTHORIZATION_NOT_USABLE with details', async () => {
      const id = await world.authorization(practice, patient.id);
      await cancel(id);
      const details = {
        authorizationId: id,
        status: 'CANCELLED',
        startDate: '2020-01-01',
        endDate: '2040-12-31',
      };
      const first = await refused(id, () => book(id), 'AUTHORIZATION_NOT_USABLE');
      expect(first.errors![0]!.extensions.details).toEqual(details);
      const other = await world.authorization(practice, patient.id);
      const visit = await booked(other);
      const move = { id: visit, authorizationId: id };
      const second = await refused(
        id,
        () => world.mutate('updateAppointment', move, practitioner.token),
        'AUTHORIZATION_NOT_USABLE',
      );
      expect(second.errors![0]!.extensions.details).toEqual(details);
      expect(await read(other)).toMatchObject({ reservedUnits: 4 });
    });

    it('with units used, then they stay used', async () => {
      const id = await world.authorization(practice, patient.id);
      const visit = await booked(id);
      await world.make('completeAppointment', { appointmentId: visit }, practitioner.token);
      expect((await cancel(id)).errors).toBeUndefined();
      expect(await read(id)).toMatchObject({ status: 'CANCELLED', usedUnits: 4, totalUnits: 100 });
    });

    it('without a reason, then BAD_USER_INPUT', async () => {
      const id = await world.authorization(practice, patient.id);
      await refused(id, () => cancel(id, practice.admin, ''), 'BAD_USER_INPUT');
    });
  });

  it("when somebody else's patient is booked on it, then AUTHORIZATION_PATIENT_MISMATCH", async () => {
    const id = await world.authorization(practice, patient.id);
    const other = await world.patient(practice);
    await refused(id, () => book(id, { patientId: other.id }), 'AUTHORIZATION_PATIENT_MISMATCH');
  });

  it('when the ledger is replayed from the oldest entry, then it gives every balance after it', async () => {
    const id = await world.authorization(practice, patient.id);
    const visits = [
      await booked(id, at(day, '08:00')),
      await booked(id, at(day, '10:00')),
      await booked(id, at(day, '12:00', 90)),
    ];
    await world.make('cancelAppointment', { id: visits[0] }, practitioner.token);
    await world.make('updateAppointment', { id: visits[1], ...at(day, '14:00', 30) }, practitioner.token);
    await world.make(
      'completeAppointment',
      { appointmentId: visits[2], actualEndTime: at(day, '12:00', 120).endTime },
      practitioner.token,
    );
    await update(id, { totalUnits: 50, reason: 'cut' });
    const sum = { totalAfter: 0, usedAfter: 0, reservedAfter: 0 };
    for (const { kind, units, ...after } of await world.ledger(practice.admin, id)) {
      if (kind === 'GRANT' || kind === 'ADJUST') sum.totalAfter += units;
      if (kind === 'RESERVE') sum.reservedAfter += units;
      if (kind === 'RELEASE' || kind === 'CONSUME') sum.reservedAfter -= units;
      if (kind === 'CONSUME') sum.usedAfter += units;
      expect(after).toEqual(sum);
    }
    expect(sum).toEqual({ totalAfter: 50, usedAfter: 8, reservedAfter: 2 });
    expect(await read(id)).toMatchObject({ totalUnits: 50, usedUnits: 8, reservedUnits: 2, availableUnits: 40 });
  });
});
