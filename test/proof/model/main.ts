import { parseArgs } from 'node:util';
import { verifyLedger } from '../../../src/oversight/verification/verify-ledger.ts';
import { onTestCluster } from '../../support/standalone.ts';
import { explore } from './explore.ts';
import type { Coverage } from './harness/coverage.ts';
import { RealApi } from './harness/real-api.ts';

const USAGE = 'npm run proof:model -- [--runs 1000] [--seed N] [--path P --replay R] [--steps 50]';

/** `npm run proof:model`: random sequences against the API, as many as wanted. Exits with 1 where something is not as the model says. */
async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { runs: text, seed: text, path: text, replay: text, steps: text } });
  const [runs, seed, most] = [number(values.runs, 1000), number(values.seed, randomSeed()), number(values.steps, 50)];
  console.log(`Seed ${seed}, ${runs} sequences of at most ${most} steps.`);
  const begun = performance.now();
  await onTestCluster(async () => {
    const api = await RealApi.open();
    try {
      const coverage = await explore(api, { runs, seed, most, path: values.path, replay: values.replay, found, went });
      for (const line of coverage.lines()) console.log(line);
      const { breaches, checked } = await verifyLedger(api.test.database.ownerUrl);
      console.log(`Invariants: ${breaches.length} violations; looked at ${JSON.stringify(checked)}.`);
      for (const breach of breaches) console.log(JSON.stringify(breach));
      if (breaches.length) process.exitCode = 1;
    } catch (error) {
      console.log(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    } finally {
      await api.close();
    }
  });
  console.log(`${Math.round((performance.now() - begun) / 1000)} s.`);
}

function went({ sequences, calls }: Coverage): void {
  if (sequences % 50 === 0) console.log(`${sequences} sequences, ${calls} calls.`);
}

function found(error: unknown): void {
  const lines = error instanceof Error ? error.message.split('\n') : [String(error)];
  console.log(`Found, and being shrunk: ${lines.at(-1) ?? ''}`);
}

function number(text: string | undefined, otherwise: number): number {
  const given = text === undefined ? otherwise : Number(text);
  if (!Number.isInteger(given)) throw new Error(USAGE);
  return given;
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}

await main();
