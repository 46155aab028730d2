import { describe, expect, it } from '@jest/globals';
import { killApi } from './fault-1-kill-api.ts';
import { cutConnections } from './fault-3-cut-connections.ts';
import { rollingRestarts } from './fault-7-rolling-restarts.ts';
import { killConnections } from './fault-9-kill-connections.ts';
import { groundOfTests } from './harness/ground.ts';
import { Run } from './harness/run.ts';

/** Each takes less than a minute; a machine that does much else beside it may take its time. */
const LIMIT_MS = 20 * 60_000;

/** Short forms; `npm run proof:faults` has the full ones and the other faults. */
describe('given clients that call all mutations while something breaks', () => {
  it.each([
    { when: 'a process of the API is killed', fault: killApi, rounds: 2, seconds: 2 },
    { when: 'connections to the database are cut around COMMIT', fault: cutConnections, rounds: 10, seconds: 3 },
    { when: 'one of two processes after the other is asked to end', fault: rollingRestarts, rounds: 2, seconds: 1 },
    { when: 'PostgreSQL ends connections all the time', fault: killConnections, rounds: 8, seconds: 8 },
  ])(
    'when $when, then all that was acknowledged is there, all else wholly or not at all, and every invariant holds',
    async ({ fault, rounds, seconds }) => {
      const seed = Math.floor(Math.random() * 1_000_000);
      const { violations, recoveries, acknowledged } = await Run.of(fault, {
        seed,
        rounds,
        seconds,
        ground: groundOfTests,
      });
      expect({ seed, violations }).toEqual({ seed, violations: [] });
      expect(recoveries).toHaveLength(rounds);
      expect(acknowledged).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );
});
