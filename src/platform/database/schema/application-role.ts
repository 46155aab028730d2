import pg from 'pg';
import type { Pooling } from '../../config/environment.ts';
import { primaryUrl } from '../connection/primary.ts';
import {
  ANYBODY,
  APPLICATION_ROLE,
  applicationSettings,
  OWNER,
  transactionSettings,
  wantedByTheApplication,
  type Settings,
} from '../connection/settings.ts';
import { SettledClient } from '../connection/settled-client.ts';
import { asking, requireSuitable } from '../connection/suitability.ts';
import { HAS_MIGRATIONS, KNOWN_MIGRATIONS } from './known-migrations.ts';

const NOT_A_MEMBER = '42501';
const NO_SUCH_ROLE = '22023';
const NO_SUCH_SCHEMA = '3F000';
const NO_SUCH_FUNCTION = '42883';
const LACKS_MIGRATIONS =
  'The database lacks migrations of this build, and MIGRATE_ON_START is false. ' +
  'Run `npm run migration:run` with the login of the owner in DATABASE_MIGRATION_URL first.';

export interface RunningAs {
  /** Who logs in. */
  readonly login: string;
  /** Whose rights are used. */
  readonly role: string;
  readonly serverVersion: string;
}

/** The application's login, and how its connections are pooled. */
export interface ApplicationLogin {
  readonly url: string;
  readonly pooling: Pooling;
}

/**
 * Makes sure that the application's login can step down to the lesser role, and that this role is less: no superuser,
 * no way around row-level security, no table of its own. And that it works under the settings that it needs.
 *
 * @param ownerUrl grants the role where the login does not have it yet; without one it must have it
 * @throws Error that says which statement a database administrator has to run
 * @throws Unsuitable
 */
export async function stepDown(application: ApplicationLogin, ownerUrl?: string): Promise<RunningAs> {
  try {
    return await describe(application);
  } catch (error) {
    if (isOneOf([NO_SUCH_ROLE], error)) throw new Error(LACKS_MIGRATIONS, { cause: error });
    if (!isOneOf([NOT_A_MEMBER], error)) throw error;
    await grantRole(application.url, ownerUrl);
    return describe(application);
  }
}

/**
 * For a start that does not migrate, after it has stepped down.
 *
 * @throws Error a migration that this build knows has not been run, or none ever was
 */
export async function requireMigrated(application: ApplicationLogin): Promise<void> {
  const current = await asApplication(application, async (client) => {
    const { rows } = await client.query<{ current: boolean }>(HAS_MIGRATIONS, [KNOWN_MIGRATIONS]);
    return rows[0]?.current;
  }).catch((error: unknown) => {
    if (isOneOf([NO_SUCH_SCHEMA, NO_SUCH_FUNCTION], error)) return false;
    throw error;
  });
  if (!current) throw new Error(LACKS_MIGRATIONS);
}

async function describe(application: ApplicationLogin): Promise<RunningAs> {
  return asApplication(application, async (client) => {
    await requireSuitable(asking(client), wantedByTheApplication(application.pooling));
    const { rows } = await client.query<RunningAs & { superuser: boolean; bypass: boolean; owns: boolean }>(
      `SELECT session_user AS login, current_user AS role, current_setting('server_version') AS "serverVersion",
              rolsuper AS superuser, rolbypassrls AS bypass,
              EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                      WHERE c.relowner = r.oid AND n.nspname IN ('public', 'app')) AS owns
         FROM pg_roles r WHERE rolname = current_user`,
    );
    const found = rows[0];
    if (!found || found.superuser || found.bypass || found.owns)
      throw new Error(
        `The role ${APPLICATION_ROLE} may own nothing and must be bound by row-level security, and it is not.`,
      );
    return { login: found.login, role: found.role, serverVersion: found.serverVersion };
  });
}

async function grantRole(applicationUrl: string, ownerUrl: string | undefined): Promise<void> {
  const login = await connected(applicationUrl, ANYBODY, async (client) => {
    const { rows } = await client.query<{ login: string }>('SELECT session_user AS login');
    return rows[0]?.login ?? '';
  });
  const statement = `GRANT ${APPLICATION_ROLE} TO ${pg.escapeIdentifier(login)}`;
  const refusal = `The login may not use the role ${APPLICATION_ROLE}. Let an administrator run: ${statement};`;
  if (!ownerUrl) throw new Error(refusal);
  try {
    await connected(ownerUrl, OWNER, (client) => client.query(statement));
  } catch (error) {
    throw new Error(refusal, { cause: error });
  }
}

/** Works as the lesser role, stepping down as the pool's connections do. */
async function asApplication<T>(
  { url, pooling }: ApplicationLogin,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const settings = applicationSettings(pooling);
  if (pooling === 'session') return connected(url, settings, work);
  return connected(url, settings, async (client) => {
    await client.query(`BEGIN; SELECT ${transactionSettings()}`);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  });
}

async function connected<T>(url: string, settings: Settings, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new SettledClient({ connectionString: await primaryUrl(url), settings });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function isOneOf(states: readonly string[], error: unknown): boolean {
  return states.includes((error as { code?: string }).code ?? '');
}
