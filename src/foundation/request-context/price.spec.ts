import { describe, expect, it } from '@jest/globals';
import { Effort } from './effort.ts';
import { pointsOf } from './price.ts';

const effort = (of: Partial<Effort>): Effort => Object.assign(new Effort(), of);

describe('given what a call has cost', () => {
  it.each<[string, Effort, number, number, number?]>([
    ['a plain call', effort({}), 0, 1],
    ['a booking, with the few rows that it reads', effort({ rows: 12 }), 900, 1],
    ['a note of 100,000 characters', effort({ rows: 12 }), 500, 26, 101_000],
    ['a call of ten fields', effort({ roots: 10 }), 0, 10],
    ['a call of no field, such as __typename alone', effort({ roots: 0 }), 0, 1],
    ['a week of 200 with all its relations', effort({ rows: 620 }), 180_000, 25],
    ['a query that may read much, and finds little', effort({ expected: 20_000, rows: 10 }), 0, 81],
    ['a list that is counted', effort({ rows: 51, counts: 1 }), 0, 11],
    ['a document that this process had not seen', effort({ newDocuments: 1 }), 0, 11],
    ['a reading that was given up', effort({ overdue: 1 }), 0, 501],
    ['an answer of 5 MB', effort({ rows: 200 }), 5_000_000, 503],
  ])('when it was %s, then it is charged so many points', (_, of, answered, points, sent = 1_000) => {
    expect(pointsOf(of, { sent, answered })).toBe(points);
  });
});
