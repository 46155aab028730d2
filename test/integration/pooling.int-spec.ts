import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { Housekeeping } from '../../src/platform/database/housekeeping.service.ts';
import { Transactions } from '../../src/platform/database/transactions/transactions.ts';
import { RequestContext } from '../../src/foundation/request-context/request-context.ts';
import { connected, read } from '../support/sql.ts';
import { createTestApp, type TestApp } from '../support/test-app.ts';

const STATE = `SELECT session_user AS login, current_user AS role, current_setting('lock_timeout') AS lock,
  current_setting('statement_timeout') AS statement,
  current_setting('idle_in_transaction_session_timeout') AS idle`;
const OURS = { login: 'therapy_api', role: 'therapy_app', lock: '2s', statement: '5s', idle: '5s' };

describe('given connections that a pooler hands on after each transaction', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await createTestApp({ DATABASE_POOLING: 'transaction', DATABASE_POOL_SIZE: '1' });
  });
  afterAll(() => test.close());

  it('when a transaction runs, then under the lesser role and the time-outs, and leaves nothing of them behind', async () => {
    const transactions = test.app.get(Transactions, { strict: false });
    const dataSource = test.app.get(DataSource, { strict: false });
    const outside = async (): Promise<object> => (await dataSource.query<object[]>(STATE))[0]!;

    expect(await transactions.run(nobody(), (tx) => tx.sql(STATE))).toEqual([OURS]);
    expect(await outside()).toMatchObject({ role: 'therapy_api', lock: '0' });

    await expect(transactions.run(nobody(), (tx) => tx.sql('SELECT 1 / 0'))).rejects.toThrow(/division by zero/);
    expect(await outside()).toMatchObject({ role: 'therapy_api', lock: '0' });
  });
});

describe.each(['session', 'transaction'])('given connections that are ours for a %s', (DATABASE_POOLING) => {
  it('when the hourly housekeeping comes, outside any transaction of ours, then old keys are gone and new ones stay', async () => {
    const test = await createTestApp({ DATABASE_POOLING });
    try {
      const { ownerUrl } = test.database;
      await connected(ownerUrl, async (owner) => {
        const id = randomUUID();
        await owner.query(`SELECT set_config('app.organization_id', $1, false)`, [id]);
        const insert = `INSERT INTO idempotency_keys (organization_id, operation, key, request_hash, resource_id, created_at)
          VALUES ($1, 'test', $2, '', $1, now() - $3::interval)`;
        await owner.query(insert, [id, 'old', '73 hours']);
        await owner.query(insert, [id, 'new', '71 hours']);
      });
      await test.app.get(Housekeeping, { strict: false }).purge();
      expect(await read(ownerUrl, 'SELECT key FROM idempotency_keys')).toEqual([{ key: 'new' }]);
    } finally {
      await test.close();
    }
  });
});

describe('given connections that are ours as long as they last', () => {
  it('when a transaction runs, then under the same role and time-outs, which the connection has for good', async () => {
    const test = await createTestApp();
    try {
      const transactions = test.app.get(Transactions, { strict: false });
      expect(await transactions.run(nobody(), (tx) => tx.sql(STATE))).toEqual([OURS]);
    } finally {
      await test.close();
    }
  });
});

function nobody(): RequestContext {
  return RequestContext.anonymous({ requestId: 'pooling' }, () => new Date());
}
