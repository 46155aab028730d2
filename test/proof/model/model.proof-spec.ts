import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyLedger } from '../../../src/oversight/verification/verify-ledger.ts';
import { explore } from './explore.ts';
import { RealApi } from './harness/real-api.ts';
import { MUTATIONS } from './model/calls.ts';

const SEQUENCES = 300;
/** Always the same sequences: `npm run proof:model` explores others. */
const SEED = 20_261_101;
/** At once: to shrink it takes its time, on a slow machine more than there is. */
const found = (error: unknown): void => void process.stderr.write(`${String(error)}\n`);
/** It takes about a minute; a machine that does much else beside it may take its time. */
const LONGEST = 20 * 60_000;

describe('given the API on a real PostgreSQL, and a model of it that knows domain.md alone', () => {
  let api: RealApi;
  beforeAll(async () => {
    api = await RealApi.open();
  }, LONGEST);
  afterAll(() => api.close());

  it(
    `when ${SEQUENCES} random sequences of calls are made, then every answer and every balance is the model's`,
    async () => {
      const coverage = await explore(api, { runs: SEQUENCES, seed: SEED, most: 50, found });
      expect(coverage.sequences).toBe(SEQUENCES);

      // a logout is never refused: what is not there needs no end
      expect(MUTATIONS.filter((name) => !coverage.accepted(name))).toEqual([]);
      expect(MUTATIONS.filter((name) => !coverage.refused(name))).toEqual(['logout']);
      expect((await verifyLedger(api.test.database.ownerUrl)).breaches).toEqual([]);
    },
    LONGEST,
  );
});
