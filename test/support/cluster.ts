import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.ts';
import { isAlive } from '../../src/platform/database/embedded/supervisor.ts';
import { startPgBouncer, through } from './pgbouncer.ts';

/** What the workers need to know of the cluster; travels in the environment. */
export interface ClusterUrls {
  adminUrl: string;
  ownerUrl: string;
  applicationUrl: string;
  /** The application's login goes by way of PgBouncer in transaction mode (`npm run test:pgbouncer`). */
  pooled?: boolean;
}

export interface TestCluster extends ClusterUrls {
  stop(): Promise<void>;
}

export const TEMPLATE = 'template_therapy';
const PREFIX = 'therapy-test-';
const SETTINGS = { max_connections: '300', shared_buffers: '128MB', deadlock_timeout: '200ms' };

/** One server for a whole run of jest, in a folder of its own that goes when the server goes. */
export async function startTestCluster(): Promise<TestCluster> {
  await removeAbandoned();
  const dataDir = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const remove = (): Promise<void> => rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
  try {
    const server = await startEmbeddedPostgres({ dataDir, fast: true, settings: SETTINGS });
    const { adminUrl, ownerUrl, applicationUrl } = server;
    const stop = (): Promise<void> => server.stop().then(remove);
    return process.env.TEST_PGBOUNCER
      ? await behindPgBouncer({ adminUrl, ownerUrl, applicationUrl, stop })
      : { adminUrl, ownerUrl, applicationUrl, stop };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function behindPgBouncer(cluster: TestCluster): Promise<TestCluster> {
  try {
    const pooler = await startPgBouncer(cluster.applicationUrl);
    return {
      ...cluster,
      applicationUrl: through(pooler, cluster.applicationUrl),
      pooled: true,
      stop: async () => {
        await pooler.stop();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** A jest that was killed leaves nothing running, yet its folder: the next run takes that away. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX) || isAlive(Number(name.slice(PREFIX.length).split('-')[0]))) continue;
    const folder = join(tmpdir(), name);
    const owner = await stat(folder).catch(() => undefined);
    if (owner?.uid !== process.getuid?.()) continue;
    await rm(folder, { recursive: true, force: true, maxRetries: 10 }).catch(() => undefined);
  }
}

/** The cluster of this run. */
export function testCluster(): ClusterUrls {
  const text = process.env.TEST_CLUSTER;
  if (text === undefined) throw new Error('TEST_CLUSTER is not set: tests run by jest, whose global setup starts it.');
  return JSON.parse(text) as ClusterUrls;
}

/** What the application has to be told of the way to the cluster. */
export function settingsOfCluster(): Record<string, string> {
  return testCluster().pooled ? { DATABASE_POOLING: 'transaction', DATABASE_NAMED_STATEMENTS: 'false' } : {};
}

/** The same login in another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
