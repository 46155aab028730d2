import { existsSync } from 'node:fs';
import type { Environment } from '../config/environment.ts';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.ts';

export interface OwnerLogin {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The login that owns the tables, for commands that look at the database as it is: nothing is migrated, and no database
 * is made where there is none.
 */
export async function ownerLogin({ migrationUrl, DATA_DIR: dataDir }: Environment): Promise<OwnerLogin> {
  if (migrationUrl) return { url: migrationUrl, close: () => Promise.resolve() };
  if (!existsSync(dataDir)) throw new Error(`There is no database in ${dataDir}: set DATABASE_URL or DATA_DIR.`);
  const server = await startEmbeddedPostgres({ dataDir });
  return { url: server.ownerUrl, close: () => server.stop() };
}
