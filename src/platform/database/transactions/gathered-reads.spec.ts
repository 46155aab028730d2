import { describe, expect, it } from '@jest/globals';
import { TryAgain } from '../../../foundation/errors/domain-error.ts';
import { RequestContext } from '../../../foundation/request-context/request-context.ts';
import { GatheredReads } from './gathered-reads.ts';
import type { Tx } from './tx.ts';

const context = () => RequestContext.anonymous({ requestId: 'r' }, () => new Date());
const fault = new Error('the second reading fails');

describe('given readings that a request asks for', () => {
  /** Each transaction as the list of what was read in it. */
  let transactions: string[][] = [];
  let before: () => void = () => undefined;
  const reads = new GatheredReads(async (_, work) => {
    const read: string[] = [];
    transactions.push(read);
    before();
    return work(read as unknown as Tx);
  });
  const reading = (ctx: RequestContext, name: string) =>
    reads.run(ctx, async (tx) => {
      (tx as unknown as string[]).push(name);
      await Promise.resolve();
      if (name === 'broken') throw fault;
      return name;
    });
  const given = (what: () => void = () => undefined) => {
    transactions = [];
    before = what;
    return context();
  };

  it('when they come at one moment, then they are read in one transaction, in their order', async () => {
    const ctx = given();
    expect(await Promise.all([reading(ctx, 'a'), reading(ctx, 'b'), reading(ctx, 'c')])).toEqual(['a', 'b', 'c']);
    expect(transactions).toEqual([['a', 'b', 'c']]);
  });

  it('when they come one after the other, then each has its own', async () => {
    const ctx = given();
    await reading(ctx, 'a');
    await reading(ctx, 'b');
    expect(transactions).toEqual([['a'], ['b']]);
  });

  it('when they are of two contexts, then they never meet in one', async () => {
    const [one, other] = [given(), context()];
    await Promise.all([reading(one, 'a'), reading(other, 'b')]);
    expect(transactions).toEqual([['a'], ['b']]);
  });

  it('when one of them fails, then each is tried for itself, and the others are answered', async () => {
    const ctx = given();
    const answers = await Promise.allSettled([reading(ctx, 'a'), reading(ctx, 'broken'), reading(ctx, 'c')]);
    expect(answers).toEqual([
      { status: 'fulfilled', value: 'a' },
      { status: 'rejected', reason: fault },
      { status: 'fulfilled', value: 'c' },
    ]);
    expect(transactions).toEqual([['a', 'broken'], ['a'], ['broken'], ['c']]);
  });

  it('when the server is away, then all of them are told at once', async () => {
    const away = new TryAgain();
    const ctx = given(() => {
      throw away;
    });
    const answers = await Promise.allSettled([reading(ctx, 'a'), reading(ctx, 'b')]);
    expect(answers).toEqual(Array(2).fill({ status: 'rejected', reason: away }));
    expect(transactions).toHaveLength(1);
  });
});
