import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { connect, untilWaiting } from '../support/sql.ts';

const ORGANIZATION = randomUUID();
const HERS = randomUUID();
const HIS = randomUUID();
/** A process of the version before names no user. */
const BEFORE = undefined;

describe('given a call with a key that is under way', () => {
  let database: TestDatabase;
  let one: pg.Client;
  let other: pg.Client;
  let key: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    [one, other] = [await connect(database.applicationUrl), await connect(database.applicationUrl)];
    for (const client of [one, other]) {
      await client.query('SET ROLE therapy_app');
      await client.query(`SELECT set_config('app.organization_id', $1, false)`, [ORGANIZATION]);
    }
  });
  afterAll(async () => {
    await one.end();
    await other.end();
    await database.drop();
  });
  beforeEach(() => {
    key = randomUUID();
  });

  /** Begins a transaction that claims the key. @returns whether it was free */
  async function claim(client: pg.Client, user: string | undefined): Promise<boolean> {
    await client.query('BEGIN');
    const values = [ORGANIZATION, key, randomUUID()];
    const [column, value] = user === undefined ? ['', ''] : [', user_id', ', $4'];
    const text = `INSERT INTO idempotency_keys (organization_id, operation, key, request_hash, resource_id${column})
      VALUES ($1, 'createAppointment', $2, '', $3${value}) ON CONFLICT DO NOTHING RETURNING 1`;
    return (await client.query(text, user === undefined ? values : [...values, user])).rows.length > 0;
  }

  it.each([
    ['from the same user', HERS, HERS],
    ['to a process of the version before', HERS, BEFORE],
    ['from a process of the version before', BEFORE, HERS],
    ['between two processes of the version before', BEFORE, BEFORE],
  ])(
    'when it comes again %s, then that one waits, and is the first where the first was refused',
    async (_, first, again) => {
      for (const [end, isFree] of [
        ['COMMIT', false],
        ['ROLLBACK', true],
      ] as const) {
        key = randomUUID();
        expect(await claim(one, first)).toBe(true);
        const waiting = claim(other, again);
        await untilWaiting(database.adminUrl, 1);
        await one.query(end);
        expect([end, await waiting]).toEqual([end, isFree]);
        await other.query('ROLLBACK');
        if (end === 'COMMIT') expect(await claim(other, again)).toBe(false);
        await other.query('ROLLBACK');
      }
    },
  );

  it('when another user sends the same key, then neither waits for the other', async () => {
    expect(await claim(one, HERS)).toBe(true);
    expect(await claim(other, HIS)).toBe(true);
    await one.query('COMMIT');
    await other.query('COMMIT');
    for (const [user, isFree] of [
      [HERS, false],
      [HIS, false],
      [BEFORE, false],
      [randomUUID(), true],
    ] as const) {
      expect([user, await claim(one, user)]).toEqual([user, isFree]);
      await one.query('ROLLBACK');
    }
  });
});
