import { expect, it } from '@jest/globals';
import { run } from './run.ts';

const LIMIT_MS = 300_000;

/** A seed is told with every fault; `npm run proof:histories -- --runs 1 --seed S` asks for the same again. */
const SEED = Number(process.env.PROOF_SEED ?? Date.now() % 1_000_000);

it(
  'given clients that quarrel over few units and people, when all have been answered, then a serial order explains it',
  async () => {
    const { faults, answers } = await run({
      runs: Number(process.env.PROOF_RUNS ?? 6),
      seed: SEED,
      clients: 6,
      rounds: 6,
      calls: 5,
      processes: 0,
    });
    expect(faults.join('\n\n')).toBe('');
    // what was explained was worth explaining
    for (const told of ['book ok', 'book INSUFFICIENT_UNITS', 'book SCHEDULING_CONFLICT', 'change ok', 'complete ok'])
      expect(answers).toHaveProperty([told]);
  },
  LIMIT_MS,
);
