import { DataSource } from 'typeorm';
import { migrations } from './migrations.ts';
import { sqlStateOf } from './sql-errors.ts';

/** Any number: processes that start at the same time migrate one after the other. */
export const MIGRATION_LOCK = 7_326_411;

/**
 * Brings the database at `url` (the owner's login) up to date.
 *
 * @returns the names of the migrations that were run, none when it was current
 */
export async function migrate(url: string): Promise<string[]> {
  const dataSource = new DataSource({ type: 'postgres', url, migrations, logging: false });
  await dataSource.initialize();
  const guard = dataSource.createQueryRunner();
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const run = await dataSource.runMigrations({ transaction: 'each' });
    return run.map((migration) => migration.name);
  } catch (error) {
    // what a migration itself raises is told to whoever starts the server: an administrator's help is needed
    if (sqlStateOf(error) === 'P0001') throw new Error((error as Error).message, { cause: error });
    throw error;
  } finally {
    await guard.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await guard.release();
    await dataSource.destroy();
  }
}
