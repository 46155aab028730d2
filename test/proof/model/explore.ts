import fc from 'fast-check';
import { settings, steps } from './generate/commands.ts';
import { Coverage } from './harness/coverage.ts';
import type { RealApi } from './harness/real-api.ts';
import { Sequence } from './harness/sequence.ts';

export interface Exploration {
  readonly runs: number;
  readonly seed: number;
  /** Of a sequence that failed before: it alone is run. */
  readonly path?: string;
  readonly replay?: string;
  /** Steps of a sequence, at most. */
  readonly most: number;
  /** Told of a disagreement as soon as it is found: to shrink it takes its time. */
  readonly found?: (error: unknown) => void;
}

/**
 * Drives so many random sequences against the API. The same seed makes the same sequences.
 *
 * @throws Error with seed, path and the shrunk script, where the API and the model disagree
 */
export async function explore(api: RealApi, { runs, seed, path, replay, most, found }: Exploration): Promise<Coverage> {
  const coverage = new Coverage();
  let failures = 0;
  const property = fc.asyncProperty(settings, steps(most, replay), async (setting, commands) => {
    try {
      const sequence = await Sequence.begin(api, setting, coverage);
      await fc.asyncModelRun(() => ({ model: sequence, real: null }), commands);
      await sequence.end();
      coverage.sequences++;
    } catch (error) {
      if (!failures++) found?.(error);
      throw error;
    }
  });
  const result = await fc.check(property, { seed, path, numRuns: runs, endOnFailure: false });
  if (result.failed) throw new Error(failure(result));
  return coverage;
}

/** Two paths lead to a shrunk sequence: to its values, and to which of its steps were made. */
function failure(
  result: Pick<fc.RunDetails<unknown>, 'seed' | 'numRuns' | 'numShrinks' | 'errorInstance'> & Shrunk,
): string {
  const { seed, counterexamplePath, counterexample, numRuns, numShrinks, errorInstance } = result;
  const what = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  const replay = /replayPath="([^"]*)"/.exec(String(counterexample?.[1]))?.[1] ?? '';
  const again = `npm run proof:model -- --seed ${seed} --path ${counterexamplePath ?? ''} --replay ${replay}`;
  return `${what}\n\nSequence ${numRuns}, shrunk in ${numShrinks} steps. Again: ${again}`;
}

interface Shrunk {
  readonly counterexamplePath: string | null;
  readonly counterexample: readonly unknown[] | null;
}
