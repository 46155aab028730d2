import pg from 'pg';
import { migrate } from '../../src/platform/database/schema/migrate.ts';
import { startTestCluster, TEMPLATE, withDatabase } from './cluster.ts';
import type { ClusterUrls, TestCluster } from './cluster.ts';

declare global {
  var testCluster: TestCluster | undefined;
}

/** Starts the cluster and makes the migrated database of which every test gets a copy. */
export default async function globalSetup(): Promise<void> {
  const cluster = await startTestCluster();
  globalThis.testCluster = cluster;
  try {
    await makeTemplate(cluster);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  const { adminUrl, ownerUrl, applicationUrl, pooled } = cluster;
  const urls: ClusterUrls = { adminUrl, ownerUrl, applicationUrl, pooled };
  process.env.TEST_CLUSTER = JSON.stringify(urls);
}

async function makeTemplate({ adminUrl, ownerUrl }: ClusterUrls): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  admin.on('error', () => undefined);
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE ${TEMPLATE} OWNER therapy_owner`);
    await migrate(withDatabase(ownerUrl, TEMPLATE));
    // A database somebody is connected to cannot be copied.
    await admin.query(`ALTER DATABASE ${TEMPLATE} ALLOW_CONNECTIONS false`);
  } finally {
    await admin.end();
  }
}
