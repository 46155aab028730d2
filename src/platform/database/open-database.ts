import type { Environment } from '../config/environment.ts';
import { requireMigrated, stepDown, type ApplicationLogin, type RunningAs } from './schema/application-role.ts';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.ts';
import { migrate } from './schema/migrate.ts';

export interface OpenDatabase extends RunningAs {
  /** The application's login. */
  readonly url: string;
  readonly embedded: boolean;
  close(): Promise<void>;
}

/** The server that DATABASE_URL names, or the embedded one: migrated, and with the application's lesser role ready. */
export async function openDatabase(environment: Environment): Promise<OpenDatabase> {
  const { DATABASE_URL: url, DATABASE_POOLING: pooling, migrationUrl } = environment;
  if (url) {
    const application = { url, pooling };
    const as = environment.MIGRATE_ON_START
      ? await prepare(application, migrationUrl ?? url)
      : await requirePrepared(application);
    return { ...as, url, embedded: false, close: () => Promise.resolve() };
  }
  const server = await startEmbeddedPostgres({ dataDir: environment.DATA_DIR });
  try {
    // nobody else has its logins, so nobody else can migrate it
    const as = await prepare({ url: server.applicationUrl, pooling: 'session' }, server.ownerUrl);
    return { ...as, url: server.applicationUrl, embedded: true, close: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function prepare(application: ApplicationLogin, ownerUrl: string): Promise<RunningAs> {
  await migrate(ownerUrl);
  return stepDown(application, ownerUrl);
}

async function requirePrepared(application: ApplicationLogin): Promise<RunningAs> {
  const as = await stepDown(application);
  await requireMigrated(application);
  return as;
}
