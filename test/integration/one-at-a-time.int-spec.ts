import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { oneAtATime } from '../../src/app/demo/one-at-a-time.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

describe('given work that takes longer than a pool keeps an idle connection', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('when two processes want to do it, then one begins when the other has ended', async () => {
    const pool = new DataSource({ type: 'postgres', url: database.applicationUrl, extra: { idleTimeoutMillis: 10 } });
    const steps: string[] = [];
    const work = () =>
      oneAtATime(pool, async () => {
        steps.push('begins');
        await sleep(300);
        steps.push('ends');
      });
    await Promise.all([work(), work()]);
    expect(steps).toEqual(['begins', 'ends', 'begins', 'ends']);
  });
});
