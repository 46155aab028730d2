import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, MigrationExecutor, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { backOff } from '../connection/back-off.ts';
import { ownerDataSource } from '../connection/data-source.ts';
import { primaryUrl } from '../connection/primary.ts';
import { WANTED_BY_THE_OWNER } from '../connection/settings.ts';
import { sqlStateOf } from '../connection/sql-errors.ts';
import { requireSuitable } from '../connection/suitability.ts';
import { migrations } from './migrations.ts';

/** Any number: processes that start at the same time migrate one after the other. */
export const MIGRATION_LOCK = 7_326_411;

const LOCK_NOT_AVAILABLE = '55P03';
const RAISED = 'P0001';
const POLL_MS = 100;
const STAYED_LOCKED =
  'A migration cannot lock what it changes: a transaction holds it all the time. ' +
  'End it (pg_blocking_pids and pg_stat_activity name it), then migrate again.';

/**
 * Whoever wants a table queues behind a migration that waits for it. So a migration waits for much less than the
 * application does (its lock_timeout is 2 s), lets everybody pass for longer than that, and comes again.
 */
const LOCK_TIMEOUT = '500ms';
const PAUSES_LEFT_OUT = 3; // of backOff: the first one is a second

/** What may be otherwise: for tests. */
export interface MigrateOptions {
  /** Oldest first. By default those of this build. */
  readonly migrations?: DataSourceOptions['migrations'];
  /** How long a migration comes again to a table that others hold. */
  readonly patienceMs?: number;
}

/**
 * Brings the database at `url` (the owner's login) up to date, while processes work on it.
 *
 * @returns the names of the migrations that were run, none when it was current
 * @throws Unsuitable before anything is changed
 * @throws Error what a migration raises, or that a table stayed locked: an administrator's help is needed
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<string[]> {
  const { patienceMs = 10 * 60_000, ...set } = options;
  const primary = await primaryUrl(url);
  const dataSource = new DataSource({ ...ownerDataSource(primary), migrations, logger: 'debug', ...set });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await requireSuitable((text, parameters) => runner.query(text, parameters), WANTED_BY_THE_OWNER);
    await untilOurTurn(runner);
    await runner.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    return await runAll(dataSource, runner, Date.now() + patienceMs);
  } catch (error) {
    // what a migration itself raises is told to whoever starts the server
    if (sqlStateOf(error) === RAISED) throw new Error((error as Error).message, { cause: error });
    throw error;
  } finally {
    await runner.release();
    await dataSource.destroy(); // the lock goes with the connection
  }
}

/** Asks again and again: a statement that waited would hold a snapshot, for which CREATE INDEX CONCURRENTLY waits in turn. */
async function untilOurTurn(runner: QueryRunner): Promise<void> {
  for (;;) {
    const [row] = (await runner.query('SELECT pg_try_advisory_lock($1) AS ours', [MIGRATION_LOCK])) as [
      { ours: boolean },
    ];
    if (row.ours) return;
    await sleep(POLL_MS);
  }
}

/** Each in a transaction of its own, but for those that say otherwise; on the connection that holds the lock. */
async function runAll(dataSource: DataSource, runner: QueryRunner, deadline: number): Promise<string[]> {
  const pending = await new MigrationExecutor(dataSource, runner).getPendingMigrations();
  for (let attempt = 1; ; attempt++) {
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'each';
    try {
      await executor.executePendingMigrations();
      return pending.map((migration) => migration.name);
    } catch (error) {
      if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
      if (Date.now() > deadline) throw new Error(STAYED_LOCKED, { cause: error });
      await backOff(attempt + PAUSES_LEFT_OUT);
    }
  }
}
