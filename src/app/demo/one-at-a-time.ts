import { DataSource } from 'typeorm';

/** Any number: processes that start on the same empty database fill it one after the other. */
const DEMO_LOCK = 7_326_413;
const PATIENCE = `SELECT set_config('lock_timeout', '60s', true), set_config('statement_timeout', '60s', true),
  set_config('idle_in_transaction_session_timeout', '0', true)`;

/**
 * Waits until no other process is filling, then does the work. The lock is that of a connection of its own: it takes
 * none from the pool, and when the process dies it is free. It is a transaction's, not a session's, which a pooler in
 * transaction mode would lend to somebody else.
 */
export async function oneAtATime<T>(pool: DataSource, work: () => Promise<T>): Promise<T> {
  const guard = new DataSource({ ...pool.options, entities: [], poolSize: 1 } as DataSource['options']);
  await guard.initialize();
  const runner = guard.createQueryRunner();
  try {
    await runner.query(`BEGIN; ${PATIENCE}`);
    await runner.query('SELECT pg_advisory_xact_lock($1)', [DEMO_LOCK]);
    const result = await work();
    await runner.query('ROLLBACK'); // there is nothing in it but the lock
    return result;
  } finally {
    await runner.release();
    await guard.destroy();
  }
}
