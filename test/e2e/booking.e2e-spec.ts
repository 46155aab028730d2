import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AuthorizationQueries } from '../../src/care/authorizations/authorization-queries.ts';
import { TryAgain } from '../../src/foundation/errors/domain-error.ts';
import { at, World, type Person, type Practice } from '../support/world.ts';

describe('given a practice with an authorization of 100 units', () => {
  let world: World;
  let practice: Practice;
  let practitioner: Person;
  let patient: Person;

  beforeAll(async () => {
    world = await World.create();
    practice = await world.practice();
    practitioner = await world.practitioner(practice);
    patient = await world.patient(practice);
  });
  afterAll(() => world.close());

  const booking = (authorizationId: string, times: { startTime: string; endTime: string }) => ({
    patientId: patient.id,
    practitionerId: practitioner.id,
    authorizationId,
    ...times,
  });

  it('when an hour is booked and cancelled, then 4 units are reserved and released', async () => {
    const authorizationId = await world.authorization(practice, patient.id);
    const id = await world.booked(practitioner.token, booking(authorizationId, at('2031-03-03', '09:00')));
    expect(await world.balance(practice.admin, authorizationId)).toEqual({
      totalUnits: 100,
      usedUnits: 0,
      reservedUnits: 4,
      availableUnits: 96,
    });
    await world.make('cancelAppointment', { id }, practitioner.token);
    expect(await world.balance(practice.admin, authorizationId)).toEqual({
      totalUnits: 100,
      usedUnits: 0,
      reservedUnits: 0,
      availableUnits: 100,
    });
    expect((await world.ledger(practice.admin, authorizationId)).map(({ kind, units }) => [kind, units])).toEqual([
      ['GRANT', 100],
      ['RESERVE', 4],
      ['RELEASE', 4],
    ]);
  });

  it.each([
    [62, 4, 0, 4],
    [35, 2, 0, 2],
    [80, 5, 0, 5],
    [5, 0, 0, 0],
  ])(
    'when an hour is booked and %i minutes are delivered, then %i units are used',
    async (minutes, unitsUsed, unauthorized, used) => {
      const authorizationId = await world.authorization(practice, patient.id);
      const { startTime, endTime } = at('2026-01-05', '09:00');
      const id = await world.booked(practitioner.token, booking(authorizationId, { startTime, endTime }));
      const actualEndTime = new Date(Date.parse(startTime) + minutes * 60_000).toISOString();
      const session = await world.make(
        'completeAppointment',
        { appointmentId: id, actualEndTime, narrativeNotes: 'went well' },
        practitioner.token,
        'unitsUsed unitsUnauthorized status narrativeNotes patient { id } appointment { status unitsReserved session { id } }',
      );
      expect(session).toMatchObject({
        unitsUsed,
        unitsUnauthorized: unauthorized,
        status: 'COMPLETED',
        patient: { id: patient.id },
        appointment: { status: 'COMPLETED', unitsReserved: 0 },
      });
      expect(await world.balance(practice.admin, authorizationId)).toMatchObject({ usedUnits: used, reservedUnits: 0 });
    },
  );

  it('when the database is gone between the booking and the rest of its answer, then nobody is told that nothing was changed', async () => {
    const authorizationId = await world.authorization(practice, patient.id);
    const input = { ...booking(authorizationId, at('2031-03-04', '09:00')), idempotencyKey: 'half-answered' };
    const reading = jest
      .spyOn(world.test.app.get(AuthorizationQueries, { strict: false }), 'load')
      .mockRejectedValue(new TryAgain());
    const answer = await world.book(practitioner.token, input, 'id authorization { availableUnits }');
    reading.mockRestore();
    expect(await world.balance(practice.admin, authorizationId)).toMatchObject({ reservedUnits: 4 });
    expect(answer.errors).toMatchObject([
      {
        message: expect.stringMatching(/^The change was saved/),
        path: ['createAppointment', 'authorization'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) },
      },
    ]);
    expect(answer.errors?.[0]?.extensions).not.toHaveProperty('retryable');

    const again = await world.book(practitioner.token, input, 'id authorization { reservedUnits }');
    expect(again.data).toMatchObject({ createAppointment: { authorization: { reservedUnits: 4 } } });
  });

  it.each(['appointments', 'sessions'])(
    'when %s are asked for until before they begin, then it is refused',
    async (list) => {
      const { errors } = await world.query(
        `query($filter: ${list === 'sessions' ? 'SessionFilter' : 'AppointmentFilter'}) { ${list}(filter: $filter) { nodes { id } } }`,
        { filter: { from: '2031-03-03T10:00:00Z', to: '2031-03-03T10:00:00Z' } },
        practice.admin,
      );
      expect(errors).toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT', details: { fields: { to: [expect.any(String)] } } } },
      ]);
    },
  );
});
