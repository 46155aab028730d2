import { existsSync } from 'node:fs';
import { Environment } from '../config/environment.ts';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.ts';
import { primaryUrl } from './connection/primary.ts';
import { usable } from './connection/usable.ts';

export interface OwnerLogin {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The login that owns the tables, for commands that look at the database as it is: nothing is migrated, and no database
 * is made where there is none. They ask for none of the other settings, also in production: the secrets of the API stay
 * with the API.
 */
export async function ownerLogin(variables: NodeJS.ProcessEnv): Promise<OwnerLogin> {
  const { DATABASE_MIGRATION_URL, DATABASE_URL, DATABASE_POOLING, DATA_DIR } = variables;
  const settings = { DATABASE_MIGRATION_URL, DATABASE_URL, DATABASE_POOLING, DATA_DIR };
  const { migrationUrl, migrationSetting, DATA_DIR: dataDir } = Environment.read(settings);
  if (migrationUrl) {
    const url = await usable(migrationSetting, migrationUrl, () => primaryUrl(migrationUrl));
    return { url, close: () => Promise.resolve() };
  }
  if (!existsSync(dataDir)) throw new Error(`There is no database in ${dataDir}: set DATABASE_URL or DATA_DIR.`);
  const server = await startEmbeddedPostgres({ dataDir });
  return { url: server.ownerUrl, close: () => server.stop() };
}
