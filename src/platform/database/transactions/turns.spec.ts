import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { TryAgain } from '../../../foundation/errors/domain-error.ts';
import { Turns } from './turns.ts';

describe('given four who want the same authorization', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('when one ends, then the next one works, in the order they came: two at a time', async () => {
    const { working, end, all } = four();
    expect(await working()).toEqual([0, 1]);
    end(1);
    expect(await working()).toEqual([0, 2]);
    end(0);
    expect(await working()).toEqual([2, 3]);
    end(2);
    end(3);
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
  });

  it('when one fails, then it is told so, and it is the turn of the next', async () => {
    const { working, fail, all } = four();
    fail(0, new Error('broken'));
    await expect(all[0]).rejects.toThrow('broken');
    expect(await working()).toEqual([1, 2]);
  });

  it('when somebody wants another one, then nobody has to end for it', async () => {
    const { turns, working } = four();
    expect(await turns.take('another', () => Promise.resolve('at once'))).toBe('at once');
    expect(await working()).toEqual([0, 1]);
  });

  it('when it is the turn of one who came more than 10 seconds ago, then it has to try again, and the next one works', async () => {
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    const { turns, working, end, all } = four();
    clock.mockReturnValue(10_000);
    const late = turns.take('it', () => Promise.resolve('late'));
    clock.mockReturnValue(10_001);
    end(0);
    await expect(all[2]).rejects.toThrow(TryAgain);
    await expect(all[3]).rejects.toThrow(TryAgain);
    expect(await late).toBe('late');
    expect(await working()).toEqual([1]);
  });

  it('when one of two ends and nobody waits, then of two who come only one works', async () => {
    const { turns, working, end } = four();
    for (const one of [0, 1, 2]) {
      await working();
      end(one);
    }
    expect(await working()).toEqual([3]);
    const more = four(turns);
    expect(await more.working()).toEqual([0]);
  });

  it('when all have ended and some come again, then two work at a time as before', async () => {
    const { turns, end, all, working } = four();
    for (const one of [0, 1, 2, 3]) {
      await working();
      end(one);
    }
    await Promise.all(all);
    expect(turns).toHaveProperty('lines.size', 0); // nothing is kept of an authorization that nobody wants
    const again = four(turns);
    expect(await again.working()).toEqual([0, 1]);
  });
});

/** Who works, and ends when it is told to. */
function four(turns = new Turns()) {
  const at = new Map<number, { resolve: (one: number) => void; reject: (error: Error) => void }>();
  const leave = (one: number) => {
    const work = at.get(one);
    at.delete(one);
    if (!work) throw new Error(`${one} does not work.`);
    return work;
  };
  const all = [0, 1, 2, 3].map((one) =>
    turns.take('it', () => new Promise<number>((resolve, reject) => at.set(one, { resolve, reject }))),
  );
  return {
    turns,
    all,
    end: (one: number) => leave(one).resolve(one),
    fail: (one: number, error: Error) => leave(one).reject(error),
    working: async () => {
      await nextTick();
      return [...at.keys()];
    },
  };
}
