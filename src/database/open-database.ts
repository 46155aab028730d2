import type { Environment } from '../config/environment.ts';
import { stepDown, type RunningAs } from './application-role.ts';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.ts';
import { migrate } from './migrate.ts';

export interface OpenDatabase extends RunningAs {
  /** The application's login. */
  readonly url: string;
  readonly embedded: boolean;
  close(): Promise<void>;
}

/** The server that DATABASE_URL names, or the embedded one: migrated, and with the application's lesser role ready. */
export async function openDatabase(environment: Environment): Promise<OpenDatabase> {
  const { DATABASE_URL: url, migrationUrl } = environment;
  if (url)
    return { ...(await prepare(url, migrationUrl ?? url)), url, embedded: false, close: () => Promise.resolve() };
  const server = await startEmbeddedPostgres({ dataDir: environment.DATA_DIR });
  try {
    const as = await prepare(server.applicationUrl, server.ownerUrl);
    return { ...as, url: server.applicationUrl, embedded: true, close: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function prepare(applicationUrl: string, ownerUrl: string): Promise<RunningAs> {
  await migrate(ownerUrl);
  return stepDown(applicationUrl, ownerUrl);
}
