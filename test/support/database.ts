import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { TEMPLATE, testCluster, withDatabase } from './cluster.ts';
import type { ClusterUrls } from './cluster.ts';

export interface TestDatabase extends ClusterUrls {
  name: string;
  /** Removes the database, whoever is still connected. */
  drop(): Promise<void>;
}

const OBJECT_IN_USE = '55006';

/**
 * A database of the test's own: tests neither see nor wait for each other. Empty of rows, and migrated.
 *
 * @param template a copy of this database instead, to which nobody is connected; template0 is empty of everything
 */
export async function createTestDatabase(template = TEMPLATE): Promise<TestDatabase> {
  const cluster = testCluster();
  const name = `t_${randomBytes(8).toString('hex')}`;
  await asAdmin(cluster.adminUrl, async (admin) => {
    // Advisory locks hold within one database: all come here by way of `postgres`. The lock goes with the connection.
    await admin.query(`SELECT pg_advisory_lock(hashtext('therapy: test database'))`);
    await retryWhileInUse(() => admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER therapy_owner`));
  });
  return {
    name,
    adminUrl: withDatabase(cluster.adminUrl, name),
    ownerUrl: withDatabase(cluster.ownerUrl, name),
    applicationUrl: withDatabase(cluster.applicationUrl, name),
    drop: () =>
      asAdmin(cluster.adminUrl, async (admin) => {
        await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

/** Autovacuum may look into the template at any time. */
async function retryWhileInUse(action: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await action();
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== OBJECT_IN_USE || attempt === 50) throw error;
      await sleep(100);
    }
  }
}

async function asAdmin(adminUrl: string, work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  admin.on('error', () => undefined);
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
