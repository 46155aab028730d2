import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.ts';
import type { EmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.ts';
import { isAlive } from '../../src/platform/database/embedded/supervisor.ts';
import { Build } from '../support/server-process.ts';

const LIMIT_MS = 300_000;

describe('the embedded PostgreSQL', () => {
  let build: Build;
  let folder: string;
  let dataDir: string;
  const servers: EmbeddedPostgres[] = [];
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    build = await Build.make();
  }, LIMIT_MS);
  afterAll(() => build.remove());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'therapy-embedded-'));
    dataDir = join(folder, 'data');
    // As root, the folder of mkdtemp (0700) would bar PostgreSQL's account.
    await chmod(folder, 0o711);
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const server of servers.splice(0).reverse()) await server.stop();
    await until(async () => !isAlive(await postmasterPid()));
    await rm(folder, { recursive: true, force: true, maxRetries: 50 });
  }, LIMIT_MS);

  async function start(): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ dataDir, fast: true });
    servers.push(server);
    return server;
  }

  /** Another node process that starts, or attaches to, the server of the same data folder and then does nothing. */
  async function startInChild(): Promise<{ child: ChildProcess; ready: Promise<void> }> {
    const script = `import { startEmbeddedPostgres } from '${build.folder}/src/platform/database/embedded/embedded-postgres.js';
      await startEmbeddedPostgres({ dataDir: process.argv[2], fast: true });
      console.log('ready');
      setInterval(() => undefined, 1000);`;
    const file = join(folder, 'child.mjs');
    await writeFile(file, script);
    const child = spawn(process.execPath, [file, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const ready = new Promise<void>((done, fail) => {
      child.stdout.on('data', (text: Buffer) => text.toString().includes('ready') && done());
      child.on('exit', () => fail(new Error('The child ended before its server was ready.')));
    });
    ready.catch(() => undefined);
    return { child, ready };
  }

  async function postmasterPid(): Promise<number> {
    return Number((await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
  }

  async function staging(): Promise<string[]> {
    return (await readdir(dataDir).catch(() => [])).filter((name) => name.startsWith('postgres.init-'));
  }

  it(
    'makes a cluster with the roles and the database of the application',
    async () => {
      // Given an empty place
      // When a server is started there
      const server = await start();

      // Then the owner and the application each have their login, with no more rights than meant
      const sql = 'SELECT current_user AS me, current_database() AS here';
      expect(await query(server.ownerUrl, sql)).toEqual([{ me: 'therapy_owner', here: 'therapy' }]);
      expect(await query(server.applicationUrl, sql)).toEqual([{ me: 'therapy_api', here: 'therapy' }]);
      const roles = `SELECT rolname, rolcanlogin, rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls AS mighty,
        pg_has_role(rolname, 'therapy_app', 'USAGE') AS app FROM pg_roles WHERE rolname LIKE 'therapy%' ORDER BY 1`;
      expect(await query(server.adminUrl, roles)).toEqual([
        { rolname: 'therapy_api', rolcanlogin: true, mighty: false, app: true },
        { rolname: 'therapy_app', rolcanlogin: false, mighty: false, app: true },
        { rolname: 'therapy_owner', rolcanlogin: true, mighty: false, app: false },
      ]);
      const database = `SELECT pg_encoding_to_char(encoding) AS encoding, pg_get_userbyid(datdba) AS owner
        FROM pg_database WHERE datname = 'therapy'`;
      expect(await query(server.adminUrl, database)).toEqual([{ encoding: 'UTF8', owner: 'therapy_owner' }]);
      expect(await query(server.adminUrl, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
      expect(server.version).toMatch(/^\d+\.\d+/);

      // And a wrong password is refused
      const wrong = new URL(server.ownerUrl);
      wrong.password = 'wrong';
      await expect(query(wrong.href, sql)).rejects.toMatchObject({ code: '28P01' });
    },
    LIMIT_MS,
  );

  it(
    'keeps the data over a stop and a start',
    async () => {
      // Given data in a server that was stopped
      const first = await start();
      await query(first.ownerUrl, 'CREATE TABLE note AS SELECT 42 AS answer');
      const pid = await postmasterPid();
      await first.stop();
      expect(isAlive(pid)).toBe(false);

      // When the server is started again
      const second = await start();

      // Then the data is there
      expect(await query(second.ownerUrl, 'SELECT answer FROM note')).toEqual([{ answer: 42 }]);
    },
    LIMIT_MS,
  );

  it(
    'is attached to by a second start while it runs',
    async () => {
      // Given a server held by another process
      const { ready } = await startInChild();
      await ready;
      const pid = await postmasterPid();

      // When it is started here as well
      const attached = await start();

      // Then it is the same server, and stop() here leaves it running
      expect(await postmasterPid()).toBe(pid);
      await attached.stop();
      expect(await query(attached.ownerUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    },
    LIMIT_MS,
  );

  it(
    'is one server, when several processes start at the same time in an empty place',
    async () => {
      // Given an empty place
      // When three starts meet there
      const others = [await startInChild(), await startInChild()];
      const server = await start();
      await Promise.all(others.map(({ ready }) => ready));

      // Then all have come to the same server, and no draft is left
      expect(await query(server.ownerUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(await staging()).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'ends with the process that holds it, even by kill -9, and keeps the data',
    async () => {
      // Given a server held by another process, with data in it, in use
      const { child, ready } = await startInChild();
      await ready;
      const pid = await postmasterPid();
      const visitor = await start();
      await query(visitor.ownerUrl, 'CREATE TABLE note AS SELECT 42 AS answer');

      // When that process is killed, and at once another start comes
      child.kill('SIGKILL');
      const next = await start();

      // Then the old server has gone, and the new one has the data
      await until(() => !isAlive(pid));
      expect(await postmasterPid()).not.toBe(pid);
      expect(await query(next.ownerUrl, 'SELECT answer FROM note')).toEqual([{ answer: 42 }]);
    },
    LIMIT_MS,
  );

  it(
    'leaves no postgres behind when nobody starts it again',
    async () => {
      // Given a server held by another process
      const { child, ready } = await startInChild();
      await ready;
      const pid = await postmasterPid();

      // When that process is killed
      child.kill('SIGKILL');

      // Then the server ends, in order: it takes its pid file with it
      await until(() => !isAlive(pid), 10_000);
      expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
    },
    LIMIT_MS,
  );

  it(
    'starts after a crash of PostgreSQL, though the stale pid is that of another process',
    async () => {
      // Given a cluster whose pid file names a process that is no server: this one
      await (await start()).stop();
      const stale = [process.pid, join(dataDir, 'postgres'), 1, 1, '', '127.0.0.1', '', 'ready   ', ''].join('\n');
      await writeFile(join(dataDir, 'postgres/postmaster.pid'), stale);

      // When it is started
      const server = await start();

      // Then it runs
      expect(await query(server.ownerUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    },
    LIMIT_MS,
  );

  it(
    'leaves no half cluster when initdb is interrupted',
    async () => {
      // Given a first start that is killed in the middle of initdb
      const { child } = await startInChild();
      await until(async () => {
        const [draft] = await staging();
        return draft !== undefined && existsSync(join(dataDir, draft, 'data', 'global'));
      });
      child.kill('SIGKILL');
      await new Promise((done) => child.once('exit', done));
      expect(existsSync(join(dataDir, 'postgres'))).toBe(false);

      // When it is started again
      const server = await start();

      // Then the cluster is complete, and the half one is gone
      expect(await query(server.applicationUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(await staging()).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'says what the server said when it cannot start',
    async () => {
      // Given a setting PostgreSQL does not know
      // When a server is started with it, then the error holds its words
      const started = startEmbeddedPostgres({ dataDir, fast: true, settings: { no_such_setting: 'x' } });
      await expect(started).rejects.toThrow(/unrecognized configuration parameter "no_such_setting"/);
    },
    LIMIT_MS,
  );
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function until(condition: () => boolean | Promise<boolean>, limit = LIMIT_MS / 2): Promise<void> {
  const end = Date.now() + limit;
  while (!(await condition())) {
    await sleep(20);
    if (Date.now() > end) throw new Error('What was waited for did not happen.');
  }
}
