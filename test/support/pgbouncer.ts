import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { supervise, type Account } from '../../src/platform/database/embedded/supervisor.ts';
import { freePort } from './free-port.ts';

export interface PgBouncer {
  readonly port: number;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const START_LIMIT_MS = 10_000;
/** Fewer than the connections that the race tests open, so that a connection of PostgreSQL serves several of ours. */
const CONNECTIONS_PER_DATABASE = 20;

/** PgBouncer in transaction mode before the login of `url`, in every database of its server. */
export async function startPgBouncer(url: string): Promise<PgBouncer> {
  const file = binary();
  const account = accountIfRoot();
  const folder = await mkdtemp(join(tmpdir(), `therapy-pgbouncer-${process.pid}-`));
  const at = (name: string): string => join(folder, name);
  const port = await freePort();
  await writeFile(at('users.txt'), usersOf(url), { mode: 0o600 });
  await writeFile(at('pgbouncer.ini'), settings(url, port, at('users.txt')), { mode: 0o600 });
  if (account) {
    await chmod(folder, 0o700);
    for (const path of [folder, at('users.txt'), at('pgbouncer.ini')]) await chown(path, account.uid, account.gid);
  }
  const server = await supervise({ file, args: [at('pgbouncer.ini')], log: at('log'), account });
  const stop = async (): Promise<void> => {
    server.close();
    await server.exited;
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  const end = Date.now() + START_LIMIT_MS;
  while (!(await answers(url, port))) {
    await sleep(50);
    if (server.exitCode === undefined && Date.now() < end) continue;
    const log = await readFile(at('log'), 'utf8').catch(() => '');
    await stop();
    throw new Error(`PgBouncer does not start:\n${log}`);
  }
  server.release();
  return { port, stop };
}

/** The same login and database by way of the pooler. */
export function through({ port }: Pick<PgBouncer, 'port'>, url: string): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}

function settings(url: string, port: number, users: string): string {
  return `
[databases]
* = host=${HOST} port=${new URL(url).port}
[pgbouncer]
listen_addr = ${HOST}
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${CONNECTIONS_PER_DATABASE}
max_client_conn = 2000
# a test that locked everybody out lets them in again
server_login_retry = 0
`;
}

function usersOf(url: string): string {
  const { username, password } = new URL(url);
  return `"${username}" "${decodeURIComponent(password)}"\n`;
}

function binary(): string {
  for (const file of ['pgbouncer', '/usr/sbin/pgbouncer']) {
    try {
      execFileSync(file, ['--version'], { stdio: 'pipe' });
      return file;
    } catch {
      // not there: try the next
    }
  }
  throw new Error('PgBouncer is not installed. On Debian: apt-get install pgbouncer. `npm test` does without it.');
}

/** PgBouncer refuses to run as root. */
function accountIfRoot(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { stdio: 'pipe' }).toString());
  return { name: 'nobody', uid: id('-u'), gid: id('-g') };
}

async function answers(url: string, port: number): Promise<boolean> {
  const client = new pg.Client({ connectionString: through({ port }, url) });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
