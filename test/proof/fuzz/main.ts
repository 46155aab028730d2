import { parseArgs } from 'node:util';
import { onTestCluster } from '../../support/standalone.ts';
import { fuzz, type Result } from './fuzz.ts';
import { failureText, reportOf } from './report.ts';

/** Each run has practices of its own: what earlier inputs have made does not slow down later ones. */
const MOST_OF_A_RUN = 5_000;

const { values } = parseArgs({
  options: { inputs: { type: 'string', default: '5000' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const inputs = Number(values.inputs);
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
if (!Number.isInteger(inputs) || inputs < 1 || !Number.isInteger(seed))
  throw new Error('--inputs and --seed are whole numbers.');

await onTestCluster(async () => {
  let total: Result | undefined;
  for (let run = 0; run * MOST_OF_A_RUN < inputs; run++) {
    const result = await fuzz({
      seed: seed + run,
      inputs: Math.min(MOST_OF_A_RUN, inputs - run * MOST_OF_A_RUN),
      only: values.only,
      onFailure: (failure) => console.log(failureText(failure)),
    });
    console.log(`seed ${seed + run}: ${result.tally.inputs} inputs, ${result.failures.length} failures`);
    for (const caller of result.lost) console.log(`lost on the way: ${caller}`);
    for (const text of result.unpromised) console.log(text);
    if (result.failures.length || result.lost.length || result.unpromised.length) process.exitCode = 1;
    if (total) total.tally.addAll(result.tally);
    else total = result;
    if (values.only) break;
  }
  if (total) console.log(reportOf(total));
});
