import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type pg from 'pg';
import { migrate } from '../../src/platform/database/schema/migrate.ts';
import { migrations } from '../../src/platform/database/schema/migrations.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { connect, connected, read, untilWaiting } from '../support/sql.ts';

/** A migration of the next release that says one statement after the other. */
const next = (name: string, statements: readonly string[], transaction?: boolean) =>
  class implements MigrationInterface {
    readonly name = `${name}2000000000000`;
    readonly transaction = transaction;
    async up(runner: QueryRunner): Promise<void> {
      for (const statement of statements) await runner.query(statement);
    }
    async down(): Promise<void> {
      // never taken back
    }
  };

const ADD_COLUMN = next('AddColumn', ['ALTER TABLE patients ADD COLUMN nickname text']);
const ADD_INDEX = next(
  'AddIndex',
  ['SET lock_timeout = 0', 'CREATE INDEX CONCURRENTLY patients_by_phone ON patients (phone_number)'],
  false,
);
const COLUMN = `SELECT FROM information_schema.columns WHERE table_name = 'patients' AND column_name = 'nickname'`;

describe('given a database that processes work on', () => {
  let database: TestDatabase;
  let reader: pg.Client;

  beforeEach(async () => {
    database = await createTestDatabase();
    reader = await connect(database.adminUrl);
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ'); // which keeps its snapshot
    await reader.query('SELECT count(*) FROM patients');
  });
  afterEach(async () => {
    await reader.end();
    await database.drop();
  });

  it('when a migration wants a table that a long transaction reads, then others pass meanwhile, and then it runs', async () => {
    const migrated = migrate(database.ownerUrl, { migrations: [...migrations, ADD_COLUMN] });
    await untilWaiting(database.adminUrl, 1);
    // behind the migration in the queue for the table, and with the time-out of the application
    await connected(database.adminUrl, (other) => other.query('SELECT FROM patients'), { lock_timeout: '2s' });
    expect(await read(database.ownerUrl, COLUMN)).toEqual([]);

    await reader.query('COMMIT');
    expect(await migrated).toEqual(['AddColumn2000000000000']);
    expect(await read(database.ownerUrl, COLUMN)).toHaveLength(1);
  });

  it('when the long transaction outlasts all patience, then it says what to do, and nothing is changed', async () => {
    const attempt = migrate(database.ownerUrl, { migrations: [...migrations, ADD_COLUMN], patienceMs: 0 });
    await expect(attempt).rejects.toThrow('pg_blocking_pids');
    await reader.query('COMMIT');
    expect(await read(database.ownerUrl, COLUMN)).toEqual([]);
  });

  it('when two processes migrate at once, and an index is built concurrently, then neither waits for the other in a circle', async () => {
    const set = [...migrations, ADD_INDEX];
    const both = Promise.all([1, 2].map(() => migrate(database.ownerUrl, { migrations: set })));
    await untilWaiting(database.adminUrl, 1); // for the long transaction; the second process has come by the time it ends
    await reader.query('COMMIT');
    expect((await both).flat()).toEqual(['AddIndex2000000000000']);
    const [index] = await read(
      database.ownerUrl,
      `SELECT indisvalid FROM pg_index WHERE indexrelid = 'patients_by_phone'::regclass`,
    );
    expect(index).toEqual({ indisvalid: true });
  });
});

describe('given organizations of the version before, which kept a time zone as it was sent', () => {
  const at = migrations.findIndex(({ name }) => name.startsWith('KeepTimeZonesByTheirNames'));
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase('template0');
    await connected(database.adminUrl, (admin) => admin.query('CREATE EXTENSION IF NOT EXISTS btree_gist'));
    await migrate(database.ownerUrl, { migrations: migrations.slice(0, at) });
  });
  afterEach(() => database.drop());

  async function found(...timeZones: string[]): Promise<void> {
    for (const timeZone of timeZones)
      await connected(database.adminUrl, (admin) =>
        admin.query(
          `INSERT INTO organizations (id, name, time_zone, created_at) VALUES (gen_random_uuid(), 'Practice', $1, now())`,
          [timeZone],
        ),
      );
  }
  const kept = async (): Promise<unknown[]> =>
    (await read(database.ownerUrl, 'SELECT time_zone FROM organizations ORDER BY time_zone COLLATE "C"')).map(
      ({ time_zone }) => time_zone,
    );

  it('when they are upgraded, then each has the name in its own spelling', async () => {
    await found('america/new_york', 'UTC', 'utc', 'ASIA/CALCUTTA', 'Europe/Kyiv');
    await migrate(database.ownerUrl);
    expect(await kept()).toEqual(['America/New_York', 'Asia/Calcutta', 'Europe/Kyiv', 'UTC', 'UTC']);
  });

  it.each(['NST', 'BST', 'EST', 'cet', 'EST5EDT', 'Etc/GMT+5', '+05:00', 'Factory'])(
    'when one has %s, then it is named with what to do, nothing is changed, and once it is set right the upgrade goes on',
    async (timeZone) => {
      await found('america/new_york', timeZone);
      const refusal: unknown = await migrate(database.ownerUrl).catch((error: unknown) => error);
      const { message } = refusal as Error;
      expect(message).toMatch(/IANA name.* has '[A-Za-z0-9+:/]+'\. Nothing was changed/);
      expect(await kept()).toEqual(['america/new_york', timeZone].sort());
      const [id] = /[0-9a-f-]{36}(?= has)/.exec(message)!;
      const told = message.slice(message.indexOf('BEGIN;')).replaceAll('<id>', id).replace('<name>', 'America/Chicago');
      await connected(database.ownerUrl, (owner) => owner.query(told));
      await migrate(database.ownerUrl);
      expect(await kept()).toEqual(['America/Chicago', 'America/New_York']);
    },
  );
});
