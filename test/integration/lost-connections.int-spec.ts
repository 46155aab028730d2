import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { AuditSealing } from '../../src/oversight/audit-trail/audit-sealing.service.ts';
import { Housekeeping } from '../../src/platform/database/housekeeping.service.ts';
import { Transactions } from '../../src/platform/database/transactions/transactions.ts';
import { connectionsLost } from '../../src/platform/observability/counters.ts';
import { registry } from '../../src/platform/observability/metrics.ts';
import { RequestContext } from '../../src/foundation/request-context/request-context.ts';
import { connected } from '../support/sql.ts';
import { together, World } from '../support/world.ts';

const POOL_SIZE = 4;
const OURS = `application_name = 'therapy-units' AND datname = current_database()`;

interface Told {
  readonly message: string;
  readonly count: number;
  readonly lost: readonly { backend: number; sqlState: string; idle: boolean; host: string }[];
}

describe('given a pool whose connections PostgreSQL ends', () => {
  let world: World;
  let transactions: Transactions;
  let lines: Told[];
  const ctx = RequestContext.anonymous({ requestId: 'lost' }, () => new Date());
  /** No one caller gets all connections. */
  const caller = (nth: number): RequestContext =>
    RequestContext.anonymous({ requestId: `lost-${nth}`, ...(nth % 2 && { ipAddress: `${nth}` }) }, () => new Date());
  const asAdmin = <T extends object>(text: string): Promise<T[]> =>
    connected(world.test.database.adminUrl, async (admin) => (await admin.query<T>(text)).rows);
  /** Ends those that match, and tells which they were. */
  const end = async (whom = 'true'): Promise<number[]> => {
    const ended = await asAdmin<{ pid: number }>(
      // first which, and then their end: PostgreSQL is free to ask a WHERE in any order
      `WITH ours AS MATERIALIZED (SELECT pid FROM pg_stat_activity WHERE ${OURS} AND ${whom})
       SELECT pid FROM ours WHERE pg_terminate_backend(pid, 5000)`,
    );
    return ended.map(({ pid }) => pid);
  };
  const untilTold = async (): Promise<void> => {
    while (!lines.length) await sleep(20);
  };

  beforeAll(async () => {
    world = await World.create({ DATABASE_POOL_SIZE: String(POOL_SIZE) });
    transactions = world.test.app.get(Transactions, { strict: false });
  });
  afterAll(() => world.close());

  beforeEach(async () => {
    await together(POOL_SIZE, (nth) => transactions.read(caller(nth), (tx) => tx.sql('SELECT pg_sleep(0.1)')));
    lines = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => {
      if ((line as Told).message === 'connections to PostgreSQL were lost') lines.push(line as Told);
    });
  });
  afterEach(() => void jest.restoreAllMocks());

  it('when all go while nobody uses them, then one line tells of all, by SQLSTATE and by process of PostgreSQL', async () => {
    const counted = connectionsLost.of('57P01');
    const pids = await end();
    await untilTold();

    expect(pids).toHaveLength(POOL_SIZE);
    const [{ count, lost }] = lines as [Told];
    expect([lines.length, count]).toEqual([1, POOL_SIZE]);
    expect(new Set(lost.map(({ backend }) => backend))).toEqual(new Set(pids));
    const { host } = new URL(world.test.database.applicationUrl);
    for (const { sqlState, idle, host: of } of lost) expect([sqlState, idle, of]).toEqual(['57P01', true, host]);
    expect(connectionsLost.of('57P01') - counted).toBe(POOL_SIZE);
    expect(Object.keys(lost[0]!).sort()).toEqual(['backend', 'host', 'idle', 'sqlState']);
  });

  it('when one goes with a statement under way, then the line says so, once, and the work is done all the same', async () => {
    let ended: Promise<number[]> | undefined;
    const [row] = await transactions.read(ctx, async (tx) => {
      await tx.sql('SELECT 1');
      ended ??= sleep(50).then(() => end(`state = 'active' AND query LIKE '%pg_sleep(0.5)%'`));
      return tx.sql('SELECT pg_sleep(0.5), 1 AS one');
    });
    await untilTold();

    expect(row).toMatchObject({ one: 1 });
    const [pid] = (await ended)!;
    expect(lines).toMatchObject([{ count: 1, lost: [{ backend: pid, sqlState: '57P01', idle: false }] }]);
  });

  it('when the application closes its own, then there is nothing to tell', async () => {
    const other = await World.create({}, { ...world.test.database, drop: () => Promise.resolve() });
    await other.close();
    await end();
    await untilTold();

    expect(lines).toMatchObject([{ count: POOL_SIZE }]);
  });

  it('when they go all the time, then what works in the background and what watches goes on', async () => {
    const [housekeeping, sealing] = [Housekeeping, AuditSealing].map((service) =>
      world.test.app.get<Housekeeping | AuditSealing>(service, { strict: false }),
    ) as [Housekeeping, AuditSealing];
    const over = new AbortController();
    const ending = (async () => {
      while (!over.signal.aborted) await end().then(() => sleep(30));
    })();
    for (let nth = 0; nth < 5; nth++) {
      const { statusCode } = await world.test.app.inject({ method: 'GET', url: '/health/ready' });
      expect([200, 503]).toContain(statusCode);
      await Promise.all([housekeeping.purge(), housekeeping.prepareAuditMonths(), sealing.run(), registry.metrics()]);
    }
    over.abort();
    await ending;

    expect((await world.test.app.inject({ method: 'GET', url: '/health/ready' })).statusCode).toBe(200);
  });
});
