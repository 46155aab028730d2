import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fuzz, type Result } from './fuzz.ts';
import { failureText, reportOf } from './report.ts';

/** The same inputs in every run of the tests; `npm run proof:fuzz` sends others. */
const SEED = 20_261_126;
const INPUTS = 5_000;
const LONGEST_MS = 1_200_000;

/** Where nothing can be refused: whoever has signed in may read these, and they take nothing that could be wrong. */
const NEVER_REFUSED: readonly string[] = [];

describe('given two practices, and callers of every kind who send what cannot be meant', () => {
  let result: Result;
  beforeAll(async () => {
    result = await fuzz({ seed: SEED, inputs: INPUTS });
  }, LONGEST_MS);
  afterAll(() => void process.stdout.write(`${reportOf(result)}\n`));

  it('when thousands of inputs have come, then none broke it, changed anything when refused, or told of the other practice', () => {
    expect(result.failures.map(failureText)).toEqual([]);
    expect(result.unpromised).toEqual([]);
    expect(result.tally.inputs).toBe(INPUTS);
  });

  it('when its inputs are counted, then every query, mutation and endpoint was answered with success at least once', () => {
    expect(result.callable.filter((name) => !result.tally.succeeded.has(name))).toEqual([]);
  });

  it('when its inputs are counted, then every one was refused at least once, too', () => {
    expect(result.callable.filter((name) => !result.tally.refused.has(name))).toEqual(NEVER_REFUSED);
  });

  it('when it is over, then its callers are still who they were, so that none was refused for that alone', () => {
    expect(result.lost).toEqual([]);
  });

  it('when changes are looked for, then in every table of the application but the trail itself', () => {
    expect(result.watchedTables).toEqual(
      expect.arrayContaining([
        ...['public.organizations', 'public.users', 'public.patients', 'public.practitioners', 'public.service_codes'],
        ...['public.authorizations', 'public.ledger_entries', 'public.appointments', 'public.sessions'],
        ...['public.idempotency_keys', 'public.emergency_access_grants', 'public.second_factors', 'public.sign_ins'],
      ]),
    );
  });
});
