import { describe, expect, it } from '@jest/globals';
import { parseProcessed, parseProgress } from './pgbench-output.ts';

const END = `transaction type: bench/floors/book.sql
number of transactions actually processed: 6131
number of failed transactions: 0 (0.000%)
latency average = 26.086 ms
tps = 613.1 (without initial connection time)`;

describe('given what pgbench prints', () => {
  it('when a line tells of progress, then it is read, with or without failures', () => {
    expect(parseProgress('progress: 2.0 s, 812.9 tps, lat 19.693 ms stddev 7.312, 3 failed')).toEqual({
      seconds: 2,
      perSecond: 812.9,
      latency: 19.693,
      failed: 3,
    });
    expect(parseProgress('progress: 1.0 s, 5.5 tps, lat 2.000 ms stddev 0.100')).toMatchObject({ failed: 0 });
    expect(parseProgress('progress: 1.0 s, 0.0 tps, lat 0.000 ms stddev 0.000, 0 failed')).toMatchObject({
      perSecond: 0,
    });
  });

  it('when a line tells of something else, then it is no progress', () => {
    expect(END.split('\n').map(parseProgress).filter(Boolean)).toEqual([]);
  });

  it('when a run has ended well, then its transactions are counted', () => {
    expect(parseProcessed(END)).toBe(6131);
  });

  it('when a client was aborted, then the run is refused, whatever the others did', () => {
    const aborted = `pgbench: error: client 3 script 0 aborted in command 5 query 0: ERROR:  conflict\n${END}`;
    expect(() => parseProcessed(aborted)).toThrow('aborted');
  });
});
