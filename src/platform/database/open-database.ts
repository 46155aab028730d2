import type { Environment } from '../config/environment.ts';
import { advised, usable, type Advice } from './connection/usable.ts';
import { requireMigrated, stepDown, type ApplicationLogin, type RunningAs } from './schema/application-role.ts';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.ts';
import { migrate } from './schema/migrate.ts';

export interface OpenDatabase extends RunningAs {
  /** The application's login. */
  readonly url: string;
  readonly embedded: boolean;
  close(): Promise<void>;
}

/** Whoever starts the embedded one has no host and port to correct. */
const STOPPED: Advice = ['its PostgreSQL has stopped', 'postgres.log there says why'];

/** The server that DATABASE_URL names, or the embedded one: migrated, and with the application's lesser role ready. */
export async function openDatabase(environment: Environment): Promise<OpenDatabase> {
  const { DATABASE_URL: url, DATABASE_POOLING: pooling, DATA_DIR } = environment;
  return url ? openNamed({ url, pooling }, environment) : openEmbedded(DATA_DIR);
}

async function openNamed(
  application: ApplicationLogin,
  { MIGRATE_ON_START, migrationUrl = application.url, migrationSetting }: Environment,
): Promise<OpenDatabase> {
  if (MIGRATE_ON_START) await usable(migrationSetting, migrationUrl, () => migrate(migrationUrl));
  const as = await usable('DATABASE_URL', application.url, () =>
    MIGRATE_ON_START ? stepDown(application, migrationUrl) : requirePrepared(application),
  );
  return { ...as, url: application.url, embedded: false, close: () => Promise.resolve() };
}

async function openEmbedded(dataDir: string): Promise<OpenDatabase> {
  const server = await startEmbeddedPostgres({ dataDir });
  const { ownerUrl, applicationUrl: url } = server;
  try {
    // nobody else has its logins, so nobody else can migrate it
    await migrate(ownerUrl);
    const as = await stepDown({ url, pooling: 'session' }, ownerUrl);
    return { ...as, url, embedded: true, close: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw advised('DATA_DIR', error, STOPPED);
  }
}

async function requirePrepared(application: ApplicationLogin): Promise<RunningAs> {
  const as = await stepDown(application);
  await requireMigrated(application);
  return as;
}
