import { runCommand, wholeNumber, type Values } from '../../../src/foundation/command-line/command-line.ts';
import { onTestCluster } from '../../support/standalone.ts';
import { fuzz, type Result } from './fuzz.ts';
import { failureText, reportOf } from './report.ts';

/** Each run has practices of its own: what earlier inputs have made does not slow down later ones. */
const MOST_OF_A_RUN = 5_000;

const USAGE = `Usage: npm run proof:fuzz -- [options]
Bad input by the thousand. Exits with 1 where an answer is not one that is promised.
  --inputs N    5000 if left out
  --seed N      the same again
  --only PATH   one input of the seed, as a failure names it`;

const OPTIONS = { inputs: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } } as const;

async function prove({ only, ...values }: Values<typeof OPTIONS>): Promise<0 | 1> {
  const inputs = wholeNumber('inputs', values.inputs, 5000, 1);
  const seed = wholeNumber('seed', values.seed, Date.now() % 1_000_000);
  return onTestCluster(async () => {
    let failed = false;
    let total: Result | undefined;
    for (let run = 0; run * MOST_OF_A_RUN < inputs; run++) {
      const result = await fuzz({
        seed: seed + run,
        inputs: Math.min(MOST_OF_A_RUN, inputs - run * MOST_OF_A_RUN),
        only,
        onFailure: (failure) => console.log(failureText(failure)),
      });
      console.log(`seed ${seed + run}: ${result.tally.inputs} inputs, ${result.failures.length} failures`);
      for (const caller of result.lost) console.log(`lost on the way: ${caller}`);
      for (const text of result.unpromised) console.log(text);
      failed ||= result.failures.length + result.lost.length + result.unpromised.length > 0;
      if (total) total.tally.addAll(result.tally);
      else total = result;
      if (only !== undefined) break;
    }
    if (total) console.log(reportOf(total));
    return failed ? 1 : 0;
  });
}

process.exitCode = await runCommand({ usage: USAGE, options: OPTIONS, run: prove });
