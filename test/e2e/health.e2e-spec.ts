import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { Readiness } from '../../src/app/health/readiness.service.ts';
import { connected, read } from '../support/sql.ts';
import { createTestApp, type TestApp } from '../support/test-app.ts';

interface Health {
  readonly status: number;
  readonly cache: unknown;
  readonly body: unknown;
}

const LIVE = { status: 200, cache: 'no-store', body: { status: 'ok' } };
const READY = LIVE;
const NOT_READY = { status: 503, cache: 'no-store', body: { status: 'unavailable' } };

describe('given a process that probes ask about', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await createTestApp({ DATABASE_POOL_SIZE: '1' });
  });
  afterAll(() => test.close());

  const asOwner = (text: string) => read(test.database.ownerUrl, text);
  const asAdmin = (text: string) =>
    connected(test.database.adminUrl, (admin) => admin.query(text), { default_transaction_read_only: 'off' });
  const asked = async (url: string): Promise<Health> => {
    const { statusCode, headers, ...answer } = await test.app.inject({ method: 'GET', url });
    return { status: statusCode, cache: headers['cache-control'], body: answer.json() };
  };
  const live = () => asked('/health/live');
  const ready = () => asked('/health/ready');

  it('when the database answers and is migrated, then it is alive and ready, and says no more', async () => {
    expect(await live()).toEqual(LIVE);
    expect(await ready()).toEqual(READY);
  });

  it('when it was asked, then the audit trail knows nothing of it', async () => {
    expect(await asOwner('SELECT action FROM audit_events')).toEqual([]);
  });

  it('when a probe comes with a stale token, then it is answered all the same', async () => {
    const headers = { authorization: 'Bearer stale' };
    const { statusCode } = await test.app.inject({ method: 'GET', url: '/health/ready', headers });
    expect(statusCode).toBe(200);
  });

  it('when the application asks for the migrations themselves, then it may not read them', async () => {
    const dataSource = test.app.get(DataSource, { strict: false });
    await expect(dataSource.query('SELECT * FROM migrations')).rejects.toThrow(/permission denied/);
  });

  it('when a migration of this build has not been run, then it is alive and not ready until it has', async () => {
    const [newest] = await asOwner('DELETE FROM migrations WHERE id = (SELECT max(id) FROM migrations) RETURNING *');
    expect(await ready()).toEqual(NOT_READY);
    expect(await live()).toEqual(LIVE);

    const { id, timestamp, name } = newest as { id: number; timestamp: string; name: string };
    await asOwner(`INSERT INTO migrations VALUES (${id}, ${timestamp}, '${name}')`);
    expect(await ready()).toEqual(READY);
  });

  it('when a newer build has migrated further, then it is ready: it works on while the upgrade rolls', async () => {
    await asOwner(`INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'OfTomorrow9999999999999')`);
    expect(await ready()).toEqual(READY);
  });

  it.each([
    ['session_replication_role', 'replica'],
    ['default_transaction_read_only', 'on'],
  ])(
    'when new sessions are told that %s is %s, then it is alive and not ready until they are not',
    async (name, value) => {
      await asAdmin(`ALTER DATABASE ${test.database.name} SET ${name} = ${value}`);
      expect(await ready()).toEqual(NOT_READY);
      expect(await live()).toEqual(LIVE);

      await asAdmin(`ALTER DATABASE ${test.database.name} RESET ${name}`);
      expect(await ready()).toEqual(READY);
    },
  );

  it('when the narrower of two settings lets it work, then it is ready', async () => {
    const { name } = test.database;
    await asAdmin(`ALTER ROLE therapy_api IN DATABASE ${name} SET session_replication_role = origin`);
    await asAdmin(`ALTER DATABASE ${name} SET session_replication_role = replica`);
    expect(await ready()).toEqual(READY);
    await asAdmin(`ALTER DATABASE ${name} RESET session_replication_role`);
  });

  it('when every connection of the pool is taken, then probes are told so and do not queue up', async () => {
    const dataSource = test.app.get(DataSource, { strict: false });
    const runner = dataSource.createQueryRunner();
    await runner.connect();
    try {
      expect(await Promise.all([ready(), ready(), ready()])).toEqual([NOT_READY, NOT_READY, NOT_READY]);
      const { master } = dataSource.driver as unknown as { master: { waitingCount: number } };
      expect(master.waitingCount).toBe(1);
    } finally {
      await runner.release();
    }
    expect(await ready()).toEqual(READY);
  });

  it('when the database lets nobody in, then it is alive and not ready until it does', async () => {
    await asAdmin(`ALTER DATABASE ${test.database.name} CONNECTION LIMIT 0`);
    await asAdmin(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = '${test.database.name}' AND pid <> pg_backend_pid()`,
    );
    expect(await ready()).toEqual(NOT_READY);
    expect(await live()).toEqual(LIVE);

    await asAdmin(`ALTER DATABASE ${test.database.name} CONNECTION LIMIT -1`);
    expect(await ready()).toEqual(READY);
  });

  it('when it was asked to end, then it is alive and not ready, at once and for good', async () => {
    test.app.get(Readiness, { strict: false }).withdraw();
    expect(await ready()).toEqual(NOT_READY);
    expect(await live()).toEqual(LIVE);
  });
});
