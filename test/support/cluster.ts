import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.ts';
import { isAlive } from '../../src/database/embedded/supervisor.ts';

/** What the workers need to know of the cluster; travels in the environment. */
export interface ClusterUrls {
  adminUrl: string;
  ownerUrl: string;
  applicationUrl: string;
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
    return { adminUrl, ownerUrl, applicationUrl, stop: () => server.stop().then(remove) };
  } catch (error) {
    await remove();
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

/** The same login in another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
