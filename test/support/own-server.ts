import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATABASE } from '../../src/platform/database/embedded/first-start.ts';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.ts';
import { migrate } from '../../src/platform/database/schema/migrate.ts';
import { withDatabase } from './cluster.ts';
import type { TestDatabase } from './database.ts';

/** A migrated database on a server of its own, for what all of a server would notice; `drop` ends both. */
export async function createTestServer(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'therapy-server-'));
  const server = await startEmbeddedPostgres({ dataDir: folder, fast: true });
  const drop = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  const { adminUrl, ownerUrl, applicationUrl } = server;
  await migrate(ownerUrl);
  return { name: DATABASE, adminUrl: withDatabase(adminUrl, DATABASE), ownerUrl, applicationUrl, drop };
}
