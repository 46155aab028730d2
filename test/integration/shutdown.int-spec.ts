import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApi, type ApiProcess } from '../support/api-process.ts';
import { verifyLedger } from '../../src/oversight/verification/verify-ledger.ts';
import { connect, read, untilWaiting } from '../support/sql.ts';
import { at, World, type Booking, type Practice } from '../support/world.ts';

const JWT_SECRET = randomBytes(32).toString('hex');
const BOOK = `mutation($input: CreateAppointmentInput!) { createAppointment(input: $input) { id unitsReserved } }`;
const LIMIT_MS = 300_000;

describe('given a process that is asked to end', () => {
  let world: World;
  let practice: Practice;
  let booking: Booking;
  let api: ApiProcess;

  beforeAll(async () => {
    world = await World.create({ JWT_SECRET });
    practice = await world.practice();
    const [patient, practitioner] = [await world.patient(practice), await world.practitioner(practice)];
    booking = {
      patientId: patient.id,
      practitionerId: practitioner.id,
      authorizationId: await world.authorization(practice, patient.id),
      ...at('2031-03-03', '10:00'),
    };
  }, LIMIT_MS);
  afterAll(() => world.close());
  afterEach(async () => {
    api.signal('SIGKILL');
    await api.ended;
  });

  const start = async (settings: Record<string, string>): Promise<void> => {
    api = await startApi(world.test.database, { JWT_SECRET, ...settings });
    await api.untilReady();
  };
  /** A booking that waits for a lock of ours, and what lets it go on. */
  const bookingInFlight = async (startTime: string) => {
    const { ownerUrl, adminUrl } = world.test.database;
    const outside = await connect(ownerUrl);
    await outside.query(`BEGIN; SELECT set_config('app.organization_id', '${practice.id}', true)`);
    await outside.query('SELECT FROM authorizations WHERE id = $1 FOR UPDATE', [booking.authorizationId]);
    const input = { ...booking, ...at('2031-03-03', startTime) };
    const answer = api.query(BOOK, { input }, practice.admin);
    await untilWaiting(adminUrl, 1);
    return { answer, release: () => outside.end() };
  };
  const untilRefused = async (): Promise<void> => {
    while (await api.get('/health/live').then(Boolean, () => false)) await sleep(20);
  };

  it(
    'when a booking is in flight, then it is not ready at once, answers until the delay is over, finishes the booking and ends',
    async () => {
      await start({ SHUTDOWN_DELAY_SECONDS: '3' });
      const { answer, release } = await bookingInFlight('10:00');

      api.signal('SIGTERM');
      const ready = async () => (await api.get('/health/ready')).status;
      while ((await ready()) !== 503) await sleep(5);
      const { data, connection } = await api.query('{ me { role } }', {}, practice.admin);
      expect(data).toEqual({ me: { role: 'ADMIN' } });
      expect(connection).toBe('close');

      await untilRefused();
      await release();
      const booked = await answer;
      expect(booked).toMatchObject({ status: 200, errors: undefined, connection: 'close' });
      expect(await api.ended).toBe(0);

      const { id } = (booked.data as { createAppointment: { id: string } }).createAppointment;
      const { ownerUrl } = world.test.database;
      expect(await read(ownerUrl, 'SELECT status FROM appointments WHERE id = $1', [id])).toEqual([
        { status: 'SCHEDULED' },
      ]);
      expect((await verifyLedger(ownerUrl)).breaches).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'when a request does not finish within the limit, then it is cut off, nothing of it is stored, and the process ends',
    async () => {
      await start({ SHUTDOWN_SECONDS: '0' });
      const { answer, release } = await bookingInFlight('12:00');
      const before = await world.balance(practice.admin, booking.authorizationId);
      const failed = answer.then(
        () => 'answered',
        () => 'cut off',
      );

      api.signal('SIGTERM');
      expect(await failed).toBe('cut off');
      await api.ended;
      await release();
      expect(await world.balance(practice.admin, booking.authorizationId)).toEqual(before);
    },
    LIMIT_MS,
  );

  it(
    'when it has had its signal and a second one comes, then it ends at once',
    async () => {
      await start({ SHUTDOWN_DELAY_SECONDS: '300' });

      api.signal('SIGTERM');
      while ((await api.get('/health/ready')).status !== 503) await sleep(5);
      // npm passes on what its group has had as well, so two together are one
      const again = setInterval(() => api.signal('SIGTERM'), 100);
      expect(await api.ended).toBe(130);
      clearInterval(again);
    },
    LIMIT_MS,
  );
});
