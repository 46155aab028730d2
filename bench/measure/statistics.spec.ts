import { describe, expect, it } from '@jest/globals';
import { latencyOf, median, medianLatency } from './statistics.ts';

describe('given samples in no order', () => {
  it('when there are 1 to 101 of them, then each quantile is the value at its place', () => {
    const samples = Array.from({ length: 101 }, (_, index) => ((index * 37) % 101) + 1);
    expect(latencyOf(samples)).toEqual({ mean: 51, p50: 51, p95: 96, p99: 100 });
  });

  it('when a quantile lies between two of them, then it is between their values', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(latencyOf([0, 10]).p95).toBeCloseTo(9.5);
  });

  it('when there are none, then the median is no number', () => {
    expect(median([])).toBeNaN();
  });
});

describe('given latencies of three rounds', () => {
  it('when their median is taken, then it is taken field by field', () => {
    const rounds = [
      { mean: 1, p50: 9, p95: 2, p99: 5 },
      { mean: 2, p50: 8, p95: 1, p99: 6 },
      { mean: 3, p50: 7, p95: 3, p99: 4 },
    ];
    expect(medianLatency(rounds)).toEqual({ mean: 2, p50: 8, p95: 2, p99: 5 });
  });
});
