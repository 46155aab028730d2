import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import pg from 'pg';
import type { TestDatabase } from '../support/database.ts';
import { createTestServer } from '../support/own-server.ts';
import { connected, read } from '../support/sql.ts';
import { at, World, type Booking, type Person, type Practice } from '../support/world.ts';

describe('given a primary whose synchronous standby has gone', () => {
  let world: World;
  let database: TestDatabase;
  let practice: Practice;
  let practitioner: Person;
  let patient: Person;
  let authorizationId: string;
  let admin: Pool;
  let day = 0;

  beforeAll(async () => {
    // every commit of its server waits for the standby
    database = await createTestServer();
    admin = new pg.Pool({ connectionString: database.adminUrl, max: 1 });
    world = await World.create({}, database);
    practice = await world.practice();
    practitioner = await world.practitioner(practice);
    patient = await world.patient(practice);
    authorizationId = await world.authorization(practice, patient.id);
  });
  beforeEach(async () => {
    await admin.query(`ALTER SYSTEM SET synchronous_standby_names = 'nobody'`);
    await admin.query('SELECT pg_reload_conf()');
    const isOn = `SELECT FROM pg_settings WHERE name = 'synchronous_standby_names' AND setting = 'nobody'`;
    while (!(await connected(database.adminUrl, (fresh) => fresh.query(isOn))).rowCount) await sleep(5);
  });
  afterEach(() => standbyComes());
  afterAll(async () => {
    await admin.end();
    await world.close();
  });

  const standbyComes = async () => {
    await admin.query('ALTER SYSTEM RESET synchronous_standby_names');
    await admin.query('SELECT pg_reload_conf()');
  };
  /** The COMMIT that waits for the standby. */
  const untilOneWaits = async (): Promise<{ pid: number; began: string }> => {
    for (;;) {
      const { rows } = await admin.query<{ pid: number; began: string }>(
        `SELECT pid, query_start::text AS began FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event = 'SyncRep'`,
      );
      if (rows[0]) return rows[0];
      await sleep(5);
    }
  };
  /** COMMIT gives up waiting, and says that it is done: from here on, whoever waits is another. */
  const giveUp = async () => {
    const { pid, began } = await untilOneWaits();
    await admin.query('SELECT pg_cancel_backend($1)', [pid]);
    const isWaiting = `SELECT FROM pg_stat_activity WHERE pid = $1 AND query_start::text = $2 AND wait_event = 'SyncRep'`;
    while ((await admin.query(isWaiting, [pid, began])).rowCount) await sleep(5);
  };
  const booking = (more: object = {}): Booking => ({
    patientId: patient.id,
    practitionerId: practitioner.id,
    authorizationId,
    ...at(new Date(Date.UTC(2031, 0, 1 + day++)).toISOString().slice(0, 10), '10:00'),
    ...more,
  });
  const bookedOn = ({ startTime }: Booking) =>
    read(database.ownerUrl, 'SELECT id FROM appointments WHERE start_time = $1', [startTime]);

  it('when a COMMIT gives up waiting, then the outcome is unknown, and no success', async () => {
    const input = booking();
    const answer = world.book(practice.admin, input);
    await giveUp();
    expect((await answer).code).toBe('INTERNAL_SERVER_ERROR');
    expect(await bookedOn(input)).toHaveLength(1);
  });

  it('when it comes with a key, then the server asks again, and answers no sooner than the standby has it all', async () => {
    const input = booking({ idempotencyKey: randomUUID() });
    const answer = world.booked(practice.admin, input);
    await giveUp();
    await untilOneWaits();
    await standbyComes();
    expect(await bookedOn(input)).toEqual([{ id: await answer }]);
  });

  it('when the same key comes later, then its answer waits for the standby as the first one did', async () => {
    const input = booking({ idempotencyKey: randomUUID() });
    const first = world.book(practice.admin, input);
    await giveUp();
    await giveUp();
    const { code, errors } = await first;
    expect([code, errors![0]!.message]).toEqual([
      'TRY_AGAIN',
      expect.stringContaining('while the change was being saved'),
    ]);
    const again = world.booked(practice.admin, input);
    await untilOneWaits();
    await standbyComes();
    expect(await bookedOn(input)).toEqual([{ id: await again }]);
  });

  it('when a read gives up waiting to record itself, then it is read again', async () => {
    const answer = world.query('query($id: ID!) { patient(id: $id) { id } }', { id: patient.id }, practice.admin);
    await giveUp();
    await untilOneWaits();
    await standbyComes();
    expect((await answer).data).toEqual({ patient: { id: patient.id } });
  });
});
