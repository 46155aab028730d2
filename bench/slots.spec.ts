import { describe, expect, it } from '@jest/globals';
import { FUTURE, PAST, Slots, startOf } from './slots.ts';

describe('given hours for visits', () => {
  it('when all of the past are given out, then no two are the same and all are over', () => {
    const starts = new Set<number>();
    for (let slot = 0; slot < PAST.hours; slot++) starts.add(startOf(PAST, slot));
    expect(starts.size).toBe(PAST.hours);
    expect(Math.max(...[...starts].slice(0, 1_000))).toBeLessThan(Date.now());
    expect(startOf(PAST, 0) + PAST.hours * 3_600_000).toBeLessThan(Date.now());
  });

  it('when many of the future are given out, then no two are the same and none has begun', () => {
    const starts = Array.from({ length: 200_000 }, (_, slot) => startOf(FUTURE, slot));
    expect(new Set(starts).size).toBe(starts.length);
    expect(starts.every((start) => start > Date.UTC(2026, 11, 31))).toBe(true);
  });

  it('when a run has used some, then the next one begins behind them, and nobody gets more than there are', () => {
    const slots = new Slots();
    slots.use(PAST, 70);
    slots.use(PAST, 30);
    expect([slots.from(PAST), slots.from(FUTURE)]).toEqual([100, 0]);
    expect(() => slots.use(PAST, PAST.hours)).toThrow('All hours are booked');
  });
});
