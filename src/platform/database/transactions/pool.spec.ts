import { describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { sharesOf } from './pool.ts';

const sharesOfPool = (poolSize: number): ReturnType<typeof sharesOf> =>
  sharesOf({ options: { poolSize } } as unknown as DataSource);

describe('given the connections of a pool', () => {
  it('when there are at least two, then one practice never has all of them, nor a user more than the practice', () => {
    for (let size = 2; size <= 500; size++) {
      const { all, practice, user } = sharesOfPool(size);
      expect([size, all, practice < all, user >= 1 && user <= practice]).toEqual([size, size, true, true]);
    }
  });

  it('when there is one, or eight, then it is 1 of 1, and 7 and 3 of 8', () => {
    expect(sharesOfPool(1)).toEqual({ all: 1, practice: 1, user: 1 });
    expect(sharesOfPool(8)).toEqual({ all: 8, practice: 7, user: 3 });
  });
});
