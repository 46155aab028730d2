import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, link, mkdir, readFile } from 'node:fs/promises';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { OWNER } from '../connection/settings.ts';
import { SettledClient } from '../connection/settled-client.ts';
import { supervise } from './supervisor.ts';
import type { Account } from './supervisor.ts';
import { logSize, logTail, stopped } from './log.ts';
import { binary, majorOf } from './binaries.ts';
import { RUN, STAGING, ignore, type Paths } from './data-folder.ts';

export const DATABASE = 'therapy';

/**
 * Makes the cluster in a staging folder and renames it. Of several processes that do so at the same time one succeeds with
 * the rename; all use the password of the one whose link came first.
 */
export async function initialise(paths: Paths, account: Account | undefined, fast: boolean): Promise<void> {
  const staging = join(paths.folder, `${STAGING}${process.pid}-${RUN}-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(staging, { mode: 0o700 });
    const draft = join(staging, 'password');
    await writeFile(draft, randomBytes(24).toString('hex'), { mode: 0o600 });
    await link(draft, paths.password).catch(ignore('EEXIST'));
    const pwfile = join(staging, 'pwfile');
    await writeFile(pwfile, await readPassword(paths), { mode: 0o600 });
    if (account) {
      for (const path of [pwfile, staging]) await chown(path, account.uid, account.gid);
    }
    const data = join(staging, 'data');
    const from = await logSize(paths);
    const login = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${pwfile}`];
    const file = await binary('initdb', account);
    const args = ['-D', data, ...login, ...localeOf(file), '--no-instructions', ...(fast ? ['--no-sync'] : [])];
    const exitCode = await (await supervise({ file, args, log: paths.log, account })).exited;
    if (exitCode !== 0) {
      throw stopped(paths, `initdb failed in ${paths.folder}`, await logTail(paths, from));
    }
    await rename(data, paths.cluster).catch(ignore('ENOTEMPTY', 'EEXIST', 'EPERM'));
    if (!existsSync(paths.cluster)) throw new Error(`The new cluster could not be moved to ${paths.cluster}.`);
  } finally {
    await rm(staging, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Characters by their code points, whatever the system has: before 17 PostgreSQL has to ask it (tests alone do). */
function localeOf(initdb: string): string[] {
  const builtin = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  return ['-E', 'UTF8', ...(majorOf(initdb) >= 17 ? builtin : ['--locale=C.UTF-8'])];
}

export async function readPassword(paths: Paths): Promise<string> {
  try {
    return (await readFile(paths.password, 'utf8')).trim();
  } catch (error) {
    const hint = 'restore the file, start as the user that made it, or set DATA_DIR to another folder';
    throw new Error(`The password of the cluster in ${paths.password} cannot be read: ${hint}.`, { cause: error });
  }
}

/** Roles and database of the application. Every step is skipped when done, so an interrupted first start is resumed. */
export async function provision(adminUrl: string, password: string): Promise<string> {
  return withClient(adminUrl, async (client) => {
    await client.query(`SELECT pg_advisory_lock(hashtext('therapy: provision'))`);
    const has = async (sql: string, name: string): Promise<boolean> => (await client.query(sql, [name])).rowCount === 1;
    const roles: Record<string, string> = {
      therapy_owner: `LOGIN PASSWORD '${password}'`,
      therapy_app: `NOLOGIN PASSWORD '${password}'`,
      therapy_api: `LOGIN PASSWORD '${password}' IN ROLE therapy_app`,
    };
    for (const [role, attributes] of Object.entries(roles)) {
      if (await has('SELECT 1 FROM pg_roles WHERE rolname = $1', role)) continue;
      await client.query(`CREATE ROLE ${role} NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS ${attributes}`);
    }
    if (!(await has('SELECT 1 FROM pg_database WHERE datname = $1', DATABASE))) {
      await client.query(`CREATE DATABASE ${DATABASE} OWNER therapy_owner`);
    }
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? '';
  });
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new SettledClient({ connectionString: url, settings: OWNER, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
