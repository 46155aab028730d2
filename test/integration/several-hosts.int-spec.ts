import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { applicationDataSource } from '../../src/platform/database/connection/data-source.ts';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/platform/database/embedded/embedded-postgres.ts';
import { NoPrimary, primaryUrl } from '../../src/platform/database/connection/primary.ts';
import { Transactions } from '../../src/platform/database/transactions/transactions.ts';
import { TryAgain } from '../../src/foundation/errors/domain-error.ts';
import { RequestContext } from '../../src/foundation/request-context/request-context.ts';
import { withDatabase } from '../support/cluster.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { connected } from '../support/sql.ts';

const nobody = RequestContext.anonymous({ requestId: 'several-hosts' }, () => new Date());

describe('given an address with several hosts', () => {
  let folder: string;
  /** A server of the same logins that refuses writes when told, as a standby does. */
  let other: EmbeddedPostgres;
  let database: TestDatabase;
  let portOfTests: string;
  let opened: DataSource | undefined;

  beforeAll(async () => {
    database = await createTestDatabase();
    const { password, port } = new URL(database.applicationUrl);
    portOfTests = port;
    folder = await mkdtemp(join(tmpdir(), 'therapy-hosts-'));
    await writeFile(join(folder, 'postgres.password'), password);
    other = await startEmbeddedPostgres({ dataDir: folder, fast: true });
    await connected(other.adminUrl, (admin) => admin.query(`CREATE DATABASE ${database.name}`));
    for (const url of [database.adminUrl, withDatabase(other.adminUrl, database.name)])
      await connected(url, (admin) => admin.query('CREATE TABLE here (port text); GRANT ALL ON here TO therapy_app'));
  });
  afterAll(async () => {
    await other.stop();
    await rm(folder, { recursive: true, force: true });
    await database.drop();
  });
  beforeEach(() => otherTakesWrites(true));
  afterEach(async () => {
    await opened?.destroy();
    opened = undefined;
  });

  const otherTakesWrites = async (does: boolean) => {
    await connected(other.adminUrl, async (admin) => {
      await admin.query(`SET default_transaction_read_only = off`);
      await admin.query(`ALTER SYSTEM SET default_transaction_read_only = ${does ? 'off' : 'on'}`);
      await admin.query('SELECT pg_reload_conf()');
    });
    const now = `SELECT FROM pg_settings WHERE name = 'default_transaction_read_only' AND setting = $1`;
    const isSo = () => connected(other.adminUrl, (admin) => admin.query(now, [does ? 'off' : 'on']));
    while (!(await isSo()).rowCount) await sleep(5);
  };
  const hosts = (...ports: (string | number)[]): string =>
    database.applicationUrl.replace(/@.*\//, `@${ports.map((port) => `127.0.0.1:${port}`).join(',')}/`);
  const transactionsOn = async (url: string): Promise<Transactions> => {
    const settings = { url, poolSize: 2, namedStatements: true, pooling: 'session' as const };
    opened = await new DataSource(applicationDataSource(settings)).initialize();
    return new Transactions(opened);
  };
  /** Writes in a transaction, and tells the port of the server that took it. */
  const written = (transactions: Transactions) =>
    transactions.run(nobody, async (tx) => {
      const [row] = await tx.sql<{ port: string }>(`INSERT INTO here VALUES (current_setting('port')) RETURNING port`);
      return row!.port;
    });

  it('when the first is away, then the second is written to', async () => {
    const transactions = await transactionsOn(hosts(await freePort(), other.port));
    expect(await written(transactions)).toBe(String(other.port));
  });

  it('when both take writes, then the first is written to', async () => {
    expect(await written(await transactionsOn(hosts(other.port, portOfTests)))).toBe(String(other.port));
    expect(await primaryUrl(hosts(portOfTests, other.port))).toBe(hosts(portOfTests));
  });

  it('when the first is a standby, then the second is written to', async () => {
    await otherTakesWrites(false);
    expect(await written(await transactionsOn(hosts(other.port, portOfTests)))).toBe(portOfTests);
  });

  it('when the one that was written to takes no writes any more, then the other is, in the same call', async () => {
    const transactions = await transactionsOn(hosts(other.port, portOfTests));
    expect(await written(transactions)).toBe(String(other.port));
    await otherTakesWrites(false);
    expect(await written(transactions)).toBe(portOfTests);
  });

  it('when the one that was written to has gone, then the other is, in the same call', async () => {
    const transactions = await transactionsOn(hosts(other.port, portOfTests));
    await written(transactions);
    await otherTakesWrites(false); // whoever is let in again finds a standby
    await connected(other.adminUrl, (admin) =>
      admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'therapy-units'`),
    );
    expect(await written(transactions)).toBe(portOfTests);
  });

  it('when none takes writes, then the start is refused, and a call is told to try again until one does', async () => {
    await otherTakesWrites(false);
    const both = hosts(await freePort(), other.port);
    await expect(primaryUrl(both)).rejects.toThrow(NoPrimary);
    await expect(transactionsOn(both)).rejects.toThrow(NoPrimary);

    await otherTakesWrites(true);
    const transactions = await transactionsOn(both);
    await otherTakesWrites(false);
    await expect(written(transactions)).rejects.toThrow(TryAgain);
    await otherTakesWrites(true);
    expect(await written(transactions)).toBe(String(other.port));
  });

  it('when there is one host, then it is taken as it is', async () => {
    const one = withDatabase(database.applicationUrl, database.name);
    expect(await primaryUrl(one)).toBe(one);
    expect(await written(await transactionsOn(one))).toBe(portOfTests);
  });
});
