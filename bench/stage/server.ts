import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/platform/database/embedded/embedded-postgres.ts';

/**
 * As an administrator of a small server would set it. Durable: fsync and synchronous_commit are on, as they are unless told
 * otherwise. Checkpoints are so far apart that none falls into one round and not into the other.
 */
const SETTINGS = {
  shared_buffers: '1GB',
  effective_cache_size: '4GB',
  work_mem: '16MB',
  maintenance_work_mem: '512MB',
  max_connections: '150',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  random_page_cost: '1.1',
  max_parallel_workers_per_gather: '0',
};

/** PostgreSQL of the bench's own, in a temporary folder that goes with it. */
export class Server {
  private constructor(
    private readonly postgres: EmbeddedPostgres,
    readonly folder: string,
    /** The process that all others of PostgreSQL are children of. */
    readonly pid: number,
  ) {}

  static async start(): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), 'therapy-bench-'));
    const postgres = await startEmbeddedPostgres({ dataDir: folder, settings: SETTINGS });
    const [pid] = (await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
    return new Server(postgres, folder, Number(pid));
  }

  get version(): string {
    return this.postgres.version;
  }

  url(login: 'admin' | 'owner' | 'application', database: string): string {
    const { adminUrl, ownerUrl, applicationUrl } = this.postgres;
    const url = new URL({ admin: adminUrl, owner: ownerUrl, application: applicationUrl }[login]);
    url.pathname = `/${database}`;
    return url.href;
  }

  async createDatabase(name: string): Promise<void> {
    await asClient(this.url('admin', 'postgres'), (admin) =>
      admin.query(`CREATE DATABASE ${name} OWNER therapy_owner`),
    );
  }

  /** Writes out what is dirty. A page's first change after it puts the page into the WAL: do it before both sides or neither. */
  async checkpoint(): Promise<void> {
    await asClient(this.url('admin', 'postgres'), (admin) => admin.query('CHECKPOINT'));
  }

  async stop(): Promise<void> {
    await this.postgres.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Runs the work on a connection of its own. */
export async function asClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the statement that runs fails with it
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
