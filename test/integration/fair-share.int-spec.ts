import { randomUUID } from 'node:crypto';
import { request, type ClientRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TookTooLong } from '../../src/foundation/errors/domain-error.ts';
import { Effort } from '../../src/foundation/request-context/effort.ts';
import { RequestContext, Role } from '../../src/foundation/request-context/request-context.ts';
import { transactionAttempts } from '../../src/platform/observability/counters.ts';
import { Transactions } from '../../src/platform/database/transactions/transactions.ts';
import type { Tx } from '../../src/platform/database/transactions/tx.ts';
import { connect } from '../support/sql.ts';
import { World, type Practice } from '../support/world.ts';

const POOL_SIZE = 8;

describe('given the connections of a process, which all callers want', () => {
  let world: World;
  let transactions: Transactions;
  let practice: Practice;
  const tenant = randomUUID();

  beforeAll(async () => {
    world = await World.create({ DATABASE_POOL_SIZE: String(POOL_SIZE) });
    transactions = world.test.app.get(Transactions, { strict: false });
    practice = await world.practice();
  });
  afterAll(() => world.close());

  const somebody = (organizationId: string, isGone?: () => boolean): RequestContext =>
    RequestContext.anonymous({ requestId: 'fair-share', ...(isGone && { isGone }) }, () => new Date()).as({
      userId: randomUUID(),
      organizationId,
      role: Role.ADMIN,
      isSuperAdmin: false,
    });
  const sleep = (ctx: RequestContext, seconds: number): Promise<unknown> =>
    transactions.read(ctx, (tx) => tx.sql('SELECT pg_sleep($1)', [seconds]));

  it('when one caller asks for a hundred readings at once, then others are served before most of them', async () => {
    const ended: string[] = [];
    const greedy = somebody(tenant);
    const note = (who: string) => () => ended.push(who);
    const readings = Array.from({ length: 100 }, () => sleep(greedy, 0.02).then(note('greedy')));
    const colleague = sleep(somebody(tenant), 0).then(note('colleague'));
    const stranger = sleep(somebody(randomUUID()), 0).then(note('stranger'));
    await Promise.all([...readings, colleague, stranger]);
    expect(ended.indexOf('colleague')).toBeLessThan(20);
    expect(ended.indexOf('stranger')).toBeLessThan(20);
  });

  it('when all users of a practice want connections for long, then another practice finds one at once', async () => {
    let slow = 0;
    const crowd = Array.from({ length: 20 }, () => sleep(somebody(tenant), 0.5).then(() => slow++));
    await sleep(somebody(randomUUID()), 0);
    expect(slow).toBe(0);
    await Promise.all(crowd);
  });

  it('when a reading runs into its time-out, then it is refused and not run again', async () => {
    const counted = transactionAttempts.of('replayed:57014');
    const ctx = somebody(tenant);
    const reading = transactions.read(ctx, async (tx) => {
      await tx.sql('SET LOCAL statement_timeout = 20');
      return tx.sql('SELECT pg_sleep(5)');
    });
    await expect(reading).rejects.toThrow(TookTooLong);
    expect([transactionAttempts.of('replayed:57014') - counted, ctx.effort.overdue]).toEqual([0, 1]);
  });

  it('when a change runs into it, then it is tried once more, as before', async () => {
    const counted = transactionAttempts.of('replayed:57014');
    const change = transactions.run(somebody(tenant), async (tx) => {
      await tx.sql('SET LOCAL statement_timeout = 20');
      return tx.sql('SELECT pg_sleep(5)');
    });
    await expect(change).rejects.toMatchObject({ code: 'TRY_AGAIN' });
    expect(transactionAttempts.of('replayed:57014') - counted).toBe(1);
  });

  it('when a request has read more than an answer may have, then it reads no more', async () => {
    const ctx = RequestContext.anonymous({ requestId: 'large' }, () => new Date(), new Effort(100_000));
    const read = (bytes: number): Promise<unknown> =>
      transactions.read(ctx, (tx) => tx.sql(`SELECT repeat('x', $1)`, [bytes]));
    await read(150_000);
    await expect(read(150_000)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', details: { most: 100_000 } });
    await expect(read(1)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(ctx.effort.rows).toBe(2);
  });

  it.each([
    ['that is awaited', (tx: Tx): Promise<unknown> => tx.sql('SELECT 1')],
    [
      'that travels with COMMIT',
      (tx: Tx): Promise<unknown> => {
        tx.send('SELECT 1', []);
        return Promise.resolve();
      },
    ],
    ['whose failure is overlooked', (tx: Tx): Promise<unknown> => tx.sql('SELECT 1').catch(() => undefined)],
  ])('when whoever asked is gone, then a statement %s is not sent, and nothing is saved', async (_, next) => {
    let gone = false;
    const ctx = somebody(practice.id, () => gone);
    const sql = `UPDATE organizations SET staff_second_factor_required = true WHERE id = $1`;
    const change = transactions.run(ctx, async (tx) => {
      await tx.sql(sql, [practice.id]);
      gone = true;
      await next(tx);
    });
    await expect(change).rejects.toMatchObject({ code: 'TRY_AGAIN' });
    const [kept] = await transactions.read(somebody(practice.id), (tx) =>
      tx.sql('SELECT staff_second_factor_required AS required FROM organizations WHERE id = $1', [practice.id]),
    );
    expect(kept).toEqual({ required: false });
  });

  it('when a client hangs up while its booking waits for a lock, then the visit is not booked', async () => {
    const [patient, practitioner] = [await world.patient(practice), await world.practitioner(practice)];
    const authorizationId = await world.authorization(practice, patient.id);
    const admin = await connect(world.test.database.adminUrl);
    await world.test.app.listen(0, '127.0.0.1');
    const { port } = world.test.app.getHttpServer().address() as AddressInfo;
    const refused = transactionAttempts.of('refused');
    try {
      await admin.query('BEGIN');
      await admin.query('SELECT FROM authorizations WHERE id = $1 FOR UPDATE', [authorizationId]);
      const input = {
        ...{ patientId: patient.id, practitionerId: practitioner.id, authorizationId },
        ...{ startTime: '2030-01-07T14:00:00Z', endTime: '2030-01-07T15:00:00Z' },
      };
      const call = post(port, practice.admin, { input });
      while (!(await admin.query('SELECT FROM pg_locks WHERE NOT granted')).rowCount) await pause(10);
      call.destroy();
      // its connection is seen to be gone on a turn of the loop that this one is ahead of
      await pause(50);
      await admin.query('ROLLBACK');
      while (transactionAttempts.of('refused') === refused) await pause(10);
    } finally {
      await admin.end();
    }
    const text = '{ appointments { totalCount } }';
    expect((await world.query(text, {}, practice.admin)).data).toEqual({ appointments: { totalCount: 0 } });
  });
});

function post(port: number, token: string, variables: object): ClientRequest {
  const query = 'mutation($input: CreateAppointmentInput!) { createAppointment(input: $input) { id } }';
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const call = request({ port, host: '127.0.0.1', path: '/graphql', method: 'POST', headers });
  call.on('error', () => undefined);
  call.end(JSON.stringify({ query, variables }));
  return call;
}
