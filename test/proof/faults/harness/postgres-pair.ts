import { setTimeout as sleep } from 'node:timers/promises';
import { connected } from '../../../support/sql.ts';
import type { Ground } from './ground.ts';
import { PostgresServer } from './postgres-server.ts';

const STANDBY = 'standby';
const LIMIT_MS = 60_000;

/** A primary that answers no COMMIT before its standby has it, and that standby. Each may take the other's part. */
export class PostgresPair implements Ground {
  private constructor(
    private primary: PostgresServer,
    private standby: PostgresServer,
    private readonly ports: readonly number[],
  ) {}

  /** @param binaries the folder with initdb, postgres and pg_basebackup */
  static async make(binaries: string): Promise<PostgresPair> {
    const primary = await PostgresServer.make({ binaries, settings: { synchronous_commit: 'on' } });
    try {
      const standby = await primary.standby(STANDBY);
      const pair = new PostgresPair(primary, standby, [primary.port, standby.port]);
      await pair.link();
      return pair;
    } catch (error) {
      await primary.stop();
      throw error;
    }
  }

  get adminUrl(): string {
    return this.primary.adminUrl;
  }

  get ownerUrl(): string {
    return this.primary.ownerUrl;
  }

  get applicationUrl(): string {
    return this.primary.applicationUrl;
  }

  /** The same login with both hosts, in an order that never changes. */
  withBoth(url: string): string {
    const hosts = this.ports.map((port) => `127.0.0.1:${port}`).join(',');
    return `${url.replace(/@[^/]+/, `@${hosts}`)}?target_session_attrs=read-write`;
  }

  /** From now on the standby hears of nothing more: each COMMIT waits for it. */
  async part(): Promise<void> {
    await connected(this.standby.adminUrl, async (admin) => {
      await admin.query(`ALTER SYSTEM SET primary_conninfo = ''`);
      await admin.query('SELECT pg_reload_conf()');
      await until(async () => !(await admin.query('SELECT FROM pg_stat_wal_receiver')).rowCount);
    });
  }

  /** As an administrator does who is tired of waiting: each COMMIT that waits for the standby is called done. */
  async giveUpWaiting(): Promise<void> {
    await connected(this.primary.adminUrl, (admin) =>
      admin.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`),
    );
  }

  /** The primary ends as by kill -9, and the standby is the primary. There is none but it until `repair`. */
  async failOver(): Promise<void> {
    await this.primary.kill();
    await connected(this.standby.adminUrl, (admin) => admin.query('SELECT pg_promote(true, 60)'));
    [this.primary, this.standby] = [this.standby, this.primary];
  }

  /** What was the primary is made anew as the standby, on its old port. */
  async repair(): Promise<void> {
    const { port } = this.standby;
    await this.standby.stop();
    this.standby = await this.primary.standby(STANDBY, port);
    await this.link();
  }

  async stop(): Promise<void> {
    await this.standby.stop();
    await this.primary.stop();
  }

  /** Starts the standby; from then on the primary waits for it. */
  private async link(): Promise<void> {
    await this.standby.start();
    await connected(this.primary.adminUrl, async (admin) => {
      await admin.query(`ALTER SYSTEM SET synchronous_standby_names = '${STANDBY}'`);
      await admin.query('SELECT pg_reload_conf()');
      const follows = `SELECT FROM pg_stat_replication WHERE application_name = $1 AND sync_state = 'sync'`;
      await until(async () => (await admin.query(follows, [STANDBY])).rowCount === 1);
    });
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('The standby and its primary do not come to terms.');
    await sleep(20);
  }
}
