import { DataSource } from 'typeorm';

/** Any number: processes that start on the same empty database fill it one after the other. */
const DEMO_LOCK = 7_326_413;

/**
 * Waits until no other process is filling, then does the work. The lock is that of a connection of its own: it takes
 * none from the pool, and when the process dies it is free.
 */
export async function oneAtATime<T>(pool: DataSource, work: () => Promise<T>): Promise<T> {
  const guard = new DataSource({ ...pool.options, entities: [], poolSize: 1 } as DataSource['options']);
  await guard.initialize();
  // held to the end: a pool closes a connection that nobody has used for 10 seconds, and the lock would go with it
  const holder = guard.createQueryRunner();
  try {
    await holder.query(
      `SELECT set_config('lock_timeout', '60s', false), set_config('statement_timeout', '60s', false)`,
    );
    await holder.query('SELECT pg_advisory_lock($1)', [DEMO_LOCK]);
    return await work();
  } finally {
    await holder.release();
    await guard.destroy();
  }
}
