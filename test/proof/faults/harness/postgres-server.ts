import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { binary } from '../../../../src/platform/database/embedded/binaries.ts';
import { accountFor, openDataFolder, type Paths } from '../../../../src/platform/database/embedded/data-folder.ts';
import { DATABASE, provision, withClient } from '../../../../src/platform/database/embedded/first-start.ts';
import { logTail } from '../../../../src/platform/database/embedded/log.ts';
import { supervise, type Account, type Supervised } from '../../../../src/platform/database/embedded/supervisor.ts';
import { migrate } from '../../../../src/platform/database/schema/migrate.ts';
import { freePort } from '../../../support/free-port.ts';
import type { Ground } from './ground.ts';

export interface ServerOptions {
  /** The folder with initdb and postgres; those that come with the project unless said. */
  readonly binaries?: string;
  /** Where the data goes, such as a small file system; a new folder unless said. */
  readonly folder?: string;
  /** Of postgresql.conf. fsync and the rest of durability are as PostgreSQL ships them. */
  readonly settings?: Readonly<Record<string, string>>;
}

const HOST = '127.0.0.1';
const START_LIMIT_MS = 60_000;
const LOCALE = ['-E', 'UTF8', '--locale=C.UTF-8'];

/** A PostgreSQL as in production, fsync and all, that may be killed and started again on the same port. */
export class PostgresServer implements Ground {
  private running: Supervised | undefined;

  private constructor(
    private readonly paths: Paths,
    readonly port: number,
    readonly account: Account | undefined,
    private readonly password: string,
    private readonly options: ServerOptions,
  ) {}

  /** A new cluster, started, with the application's roles and its migrated database. */
  static async make(options: ServerOptions = {}): Promise<PostgresServer> {
    const server = await PostgresServer.initialise(options);
    try {
      await server.start();
      await provision(server.url('postgres', 'postgres'), server.password);
      await migrate(server.ownerUrl);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  private static async initialise(options: ServerOptions): Promise<PostgresServer> {
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'therapy-faults-')));
    const paths = await openDataFolder(folder);
    const account = accountFor(paths);
    const password = randomBytes(24).toString('hex');
    const server = new PostgresServer(paths, await freePort(), account, password, options);
    await mkdir(server.data, { mode: 0o700 });
    const pwfile = join(paths.folder, 'pwfile');
    await writeFile(pwfile, password, { mode: 0o600 });
    if (account) for (const path of [paths.folder, server.data, pwfile]) await chown(path, account.uid, account.gid);
    const login = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${pwfile}`];
    const initdb = await server.program('initdb', ['-D', server.data, ...login, ...LOCALE, '--no-instructions']);
    if ((await initdb.exited) !== 0) throw new Error(`initdb failed:\n${await server.logTail()}`);
    return server;
  }

  /**
   * A copy that follows this one, known to it by that name; it has yet to be started. Only with binaries that have
   * pg_basebackup.
   */
  async standby(name: string, port?: number): Promise<PostgresServer> {
    const paths = await openDataFolder(await mkdtemp(join(tmpdir(), 'therapy-faults-')));
    const { account, password, options } = this;
    const standby = new PostgresServer(paths, port ?? (await freePort()), account, password, options);
    if (account) await chown(paths.folder, account.uid, account.gid);
    const from = `${this.url('postgres', 'postgres')}?application_name=${name}`;
    const copying = ['-D', standby.data, '-d', from, '-R', '-X', 'stream', '--checkpoint=fast'];
    const copied = await (await standby.program('pg_basebackup', copying)).exited;
    if (copied !== 0) throw new Error(`pg_basebackup failed:\n${await standby.logTail()}`);
    return standby;
  }

  /** PGDATA. */
  get data(): string {
    return this.paths.cluster;
  }

  /** The superuser, in the application's database. */
  get adminUrl(): string {
    return this.url('postgres');
  }

  get ownerUrl(): string {
    return this.url('therapy_owner');
  }

  get applicationUrl(): string {
    return this.url('therapy_api');
  }

  /** Of the postmaster; undefined while it is down. */
  get pid(): number | undefined {
    return this.running?.pid;
  }

  url(user: string, database = DATABASE): string {
    return `postgres://${user}:${this.password}@${HOST}:${this.port}/${database}`;
  }

  /** Resolves when it lets connections in; waits for what an earlier one left to be gone. @throws Error it does not start */
  async start(): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    this.running ??= await this.launch();
    while (!(await this.answers())) {
      if (Date.now() > deadline) throw new Error(`PostgreSQL does not start:\n${await this.logTail()}`);
      await sleep(100);
      this.running ??= await this.launch();
    }
  }

  /** As kill -9 of the postmaster does: the backends find out for themselves. Resolves when it is gone. */
  async kill(): Promise<void> {
    const { running } = this;
    if (!running) return;
    process.kill(running.pid, 'SIGKILL');
    await running.exited;
  }

  /** An orderly end, and its data is removed. */
  async stop(): Promise<void> {
    this.running?.close();
    await this.running?.exited;
    // a folder that was given, such as a file system of its own, stays: only what is in it goes
    const path = this.options.folder === undefined ? this.paths.folder : this.data;
    await rm(path, { recursive: true, force: true, maxRetries: 10 });
  }

  private async launch(): Promise<Supervised> {
    const settings = { listen_addresses: HOST, unix_socket_directories: '', ...this.options.settings };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const running = await this.program('postgres', ['-D', this.data, '-p', String(this.port), ...flags]);
    void running.exited.then(() => {
      if (this.running === running) this.running = undefined;
    });
    return running;
  }

  private async program(name: 'initdb' | 'postgres' | 'pg_basebackup', args: string[]): Promise<Supervised> {
    const { binaries } = this.options;
    const file =
      binaries === undefined && name !== 'pg_basebackup'
        ? await binary(name, this.account)
        : join(binaries ?? '', name);
    return supervise({ file, args, log: this.paths.log, account: this.account });
  }

  /** With a limit: on a port that nobody has, a connection may meet itself. */
  private answers(): Promise<boolean> {
    return withClient(this.url('postgres', 'postgres'), (admin) => admin.query('SELECT')).then(
      () => true,
      () => false,
    );
  }

  private logTail(): Promise<string> {
    return logTail(this.paths, 0);
  }
}
