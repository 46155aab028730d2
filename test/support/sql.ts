import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Settings } from '../../src/platform/database/connection/settings.ts';
import { SettledClient } from '../../src/platform/database/connection/settled-client.ts';

/** A connection that may be killed without taking the test's process along; as the server has it, or with these settings. */
export async function connect(url: string, settings: Settings = {}): Promise<pg.Client> {
  const client: pg.Client = new SettledClient({ connectionString: url, settings });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Runs the work on a connection of its own. */
export async function connected<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
  settings?: Settings,
): Promise<T> {
  const client = await connect(url, settings);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Reads as the owner of the tables, in every organization. */
export function read(ownerUrl: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  return connected(ownerUrl, async (client) => {
    await client.query(`SELECT set_config('app.reach', 'all', false)`);
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  });
}

/** Waits until so many connections of the database wait for a lock. */
export async function untilWaiting(adminUrl: string, count: number): Promise<void> {
  await until(adminUrl, count, `wait_event_type = 'Lock'`);
}

/** Waits until no connection of the database stands in an open transaction with nothing to do. */
export async function untilNoneIdleInTransaction(adminUrl: string): Promise<void> {
  await until(adminUrl, 0, `state LIKE 'idle in transaction%'`);
}

async function until(adminUrl: string, count: number, condition: string): Promise<void> {
  await connected(adminUrl, async (admin) => {
    const text = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND ${condition}`;
    for (let turn = 0; ; turn++) {
      const found = (await admin.query<{ count: number }>(text)).rows[0]!.count;
      if (found === count) return;
      if (turn === 1000) throw new Error(`${condition}: ${found} connections, and ${count} were expected.`);
      await sleep(5);
    }
  });
}
