import { runCommand, wholeNumber, type Values } from '../../../src/foundation/command-line/command-line.ts';
import { verifyLedger } from '../../../src/oversight/verification/verify-ledger.ts';
import { onTestCluster } from '../../support/standalone.ts';
import { explore } from './explore.ts';
import type { Coverage } from './harness/coverage.ts';
import { RealApi } from './harness/real-api.ts';

const USAGE = `Usage: npm run proof:model -- [options]
Random sequences of all mutations against the API, held against a model. Exits with 1 where something is not as the model says.
  --runs N      sequences, 1000 if left out
  --steps N     of each, at most 50 if left out
  --seed N      the same again
  --path P      with --replay R: one sequence of the seed, as a failure names it`;

const text = { type: 'string' } as const;
const OPTIONS = { runs: text, seed: text, path: text, replay: text, steps: text };

/** `npm run proof:model`: random sequences against the API, as many as wanted. */
async function prove({ path, replay, ...values }: Values<typeof OPTIONS>): Promise<0 | 1> {
  const runs = wholeNumber('runs', values.runs, 1000, 1);
  const seed = wholeNumber('seed', values.seed, randomSeed());
  const most = wholeNumber('steps', values.steps, 50, 1);
  console.log(`Seed ${seed}, ${runs} sequences of at most ${most} steps.`);
  const begun = performance.now();
  const exitCode = await onTestCluster(async () => {
    const api = await RealApi.open();
    try {
      const coverage = await explore(api, { runs, seed, most, path, replay, found, went });
      for (const line of coverage.lines()) console.log(line);
      const { breaches, checked } = await verifyLedger(api.test.database.ownerUrl);
      console.log(`Invariants: ${breaches.length} violations; looked at ${JSON.stringify(checked)}.`);
      for (const breach of breaches) console.log(JSON.stringify(breach));
      return breaches.length ? 1 : 0;
    } catch (error) {
      console.log(error instanceof Error ? error.message : error);
      return 1;
    } finally {
      await api.close();
    }
  });
  console.log(`${Math.round((performance.now() - begun) / 1000)} s.`);
  return exitCode;
}

function went({ sequences, calls }: Coverage): void {
  if (sequences % 50 === 0) console.log(`${sequences} sequences, ${calls} calls.`);
}

function found(error: unknown): void {
  const lines = error instanceof Error ? error.message.split('\n') : [String(error)];
  console.log(`Found, and being shrunk: ${lines.at(-1) ?? ''}`);
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}

process.exitCode = await runCommand({ usage: USAGE, options: OPTIONS, run: prove });
