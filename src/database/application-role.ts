import pg from 'pg';
import { APPLICATION_ROLE, sessionOptions } from './data-source.ts';

export interface RunningAs {
  /** Who logs in. */
  readonly login: string;
  /** Whose rights are used. */
  readonly role: string;
  readonly serverVersion: string;
}

/**
 * Makes sure that the application's login can step down to the lesser role, and that this role is less: no superuser,
 * no way around row-level security, no table of its own.
 *
 * @throws Error that says which statement a database administrator has to run
 */
export async function stepDown(applicationUrl: string, ownerUrl: string): Promise<RunningAs> {
  try {
    return await describe(applicationUrl);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    await grantRole(applicationUrl, ownerUrl);
    return describe(applicationUrl);
  }
}

async function describe(url: string): Promise<RunningAs> {
  return connected({ connectionString: url, options: sessionOptions() }, async (client) => {
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

async function grantRole(applicationUrl: string, ownerUrl: string): Promise<void> {
  const login = await connected({ connectionString: applicationUrl }, async (client) => {
    const { rows } = await client.query<{ login: string }>('SELECT session_user AS login');
    return rows[0]?.login ?? '';
  });
  const statement = `GRANT ${APPLICATION_ROLE} TO ${pg.escapeIdentifier(login)}`;
  try {
    await connected({ connectionString: ownerUrl }, (client) => client.query(statement));
  } catch (error) {
    throw new Error(`The login may not use the role ${APPLICATION_ROLE}. Let an administrator run: ${statement};`, {
      cause: error,
    });
  }
}

async function connected<T>(config: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(config);
  client.on('error', () => undefined); // the query that is running reports the loss
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
