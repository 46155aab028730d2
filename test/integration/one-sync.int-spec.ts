import { afterEach, beforeAll, afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { NamedStatementsClient } from '../../src/platform/database/connection/named-statements.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const DIVISION_BY_ZERO = '22012';

describe('given a connection on which what is asked in one turn goes under one Sync', () => {
  let database: TestDatabase;
  let client: pg.Client;
  /** How often PostgreSQL said that it is ready: once for each Sync. */
  let readies: number;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    client = new NamedStatementsClient({ connectionString: database.ownerUrl, pipeline: true, settings: {} });
    await client.connect();
    await client.query('SELECT 1');
    readies = 0;
    // the driver's parser emits here what came over the wire, before anybody adds to it
    const { connection } = client as unknown as { connection: { _emitMessage: boolean; on: typeof client.on } };
    connection._emitMessage = true;
    connection.on('message' as 'notice', (message) => {
      if ((message as { name?: string }).name === 'readyForQuery') readies += 1;
    });
  });
  afterEach(() => client.end());

  const one = (value: number) =>
    client.query<{ n: number }>('SELECT $1::int AS n', [value]).then(({ rows }) => rows[0]!.n);
  const inverse = (value: number) =>
    client.query<{ n: number }>('SELECT 1 / $1::int AS n', [value]).then(({ rows }) => rows[0]!.n);
  const outcomes = async (asked: Promise<unknown>[]) =>
    (await Promise.allSettled(asked)).map((each) =>
      each.status === 'fulfilled' ? each.value : (each.reason as { code: string }).code,
    );

  it('when several are asked, then each has its own answer, and PostgreSQL was ready once', async () => {
    expect(await Promise.all([one(1), one(2), inverse(1), one(3)])).toEqual([1, 2, 1, 3]);
    expect(readies).toBe(1);
  });

  it('when one fails, then those behind it are told its error, and the connection serves', async () => {
    expect(await outcomes([one(1), inverse(0), one(2), one(3)])).toEqual([
      1,
      DIVISION_BY_ZERO,
      DIVISION_BY_ZERO,
      DIVISION_BY_ZERO,
    ]);
    expect(await Promise.all([one(4), inverse(1), one(5)])).toEqual([4, 1, 5]);
  });

  it('when a statement was passed over, then it is prepared when it is asked again', async () => {
    const text = 'SELECT $1::text AS never_prepared_before';
    expect(await outcomes([inverse(0), client.query(text, ['b'])])).toEqual([DIVISION_BY_ZERO, DIVISION_BY_ZERO]);
    expect((await client.query(text, ['c'])).rows).toEqual([{ never_prepared_before: 'c' }]);
  });

  it('when one cannot be parsed, then it is told so, and what came before has its answer', async () => {
    expect(await outcomes([one(1), client.query('SELECT $1::int FROM nowhere', [1]), one(2)])).toEqual([
      1,
      '42P01',
      '42P01',
    ]);
    expect(await one(3)).toBe(3);
  });

  it('when simple queries come between, of several statements, too, then all are answered in their order', async () => {
    const [first, several, last] = await Promise.all([one(1), client.query('SELECT 2 AS n; SELECT 3 AS n'), one(4)]);
    expect([first, (several as unknown as pg.QueryResult<{ n: number }>[]).map(({ rows }) => rows), last]).toEqual([
      1,
      [[{ n: 2 }], [{ n: 3 }]],
      4,
    ]);
    expect(
      await outcomes([inverse(0), client.query<{ n: number }>('SELECT 2 AS n').then(({ rows }) => rows[0]!.n), one(1)]),
    ).toEqual([DIVISION_BY_ZERO, 2, 1]);
  });

  it('when a value cannot be written, then that one alone fails', async () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const [first, unwritable, last] = await Promise.allSettled([
      one(1),
      client.query('SELECT $1::json', [circular]),
      one(2),
    ]);
    expect([first, unwritable.status, last]).toEqual([
      { status: 'fulfilled', value: 1 },
      'rejected',
      { status: 'fulfilled', value: 2 },
    ]);
    expect(await one(3)).toBe(3);
  });

  it('when the server ends the connection in the middle, then nothing waits for ever', async () => {
    const asked = [one(1), client.query('SELECT pg_terminate_backend(pg_backend_pid()), $1::int', [1]), one(2)];
    client.on('error', () => undefined);
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });
});
