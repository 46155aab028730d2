import fc from 'fast-check';
import { GraphQLInputs } from './graphql-inputs.ts';
import type { Input, Sent, Subject } from './input.ts';
import { Judge, type Judged } from './judge.ts';
import { RestInputs } from './rest-inputs.ts';
import { Rig } from './rig.ts';
import { Shapes } from './shapes.ts';
import { Tally } from './tally.ts';
import { transports } from './transport.ts';

export interface Failure {
  /** Of the run, the batch and the input in it: `--seed` and `--only` repeat it. */
  readonly seed: number;
  readonly only: string;
  readonly subject: string;
  readonly kind: string;
  readonly caller: string;
  readonly sent: Sent;
  readonly faults: readonly string[];
}

export interface Result {
  readonly tally: Tally;
  /** Queries, mutations and endpoints that there are. */
  readonly callable: readonly string[];
  readonly failures: readonly Failure[];
  /** Callers that were lost on the way. */
  readonly lost: readonly string[];
  /** REST answers that the OpenAPI document does not promise. */
  readonly unpromised: readonly string[];
  readonly watchedTables: readonly string[];
}

const BATCH = 40;
const COSTLY_BATCH = 12;
const MOST_FAILURES = 10;
const SHRINKING_MS = 15_000;

export interface Options {
  readonly seed: number;
  readonly inputs: number;
  /** `batch:path` of a single input, and nothing else is sent. */
  readonly only?: string;
  /** Hears of each failure at once. */
  readonly onFailure?: (failure: Failure) => void;
}

/** One run: fresh practices, and so many inputs in batches, each of one subject, all of it by the seed. */
export async function fuzz({ seed, inputs, only, onFailure }: Options): Promise<Result> {
  const rig = await Rig.create();
  const unpromised: string[] = [];
  const run = new Run(rig, seed, onFailure);
  try {
    await (only === undefined ? run.all(inputs) : run.repeat(only));
    const [lost, watchedTables] = [await rig.lost(), await rig.writes.tables()];
    return { tally: run.tally, callable: run.callable, failures: run.failures, lost, watchedTables, unpromised };
  } finally {
    await rig.close().catch((error: unknown) => unpromised.push(String(error)));
  }
}

class Run {
  readonly tally: Tally;
  readonly callable: string[];
  readonly failures: Failure[] = [];
  private readonly subjects: Subject[];
  private readonly judge: Judge;
  private serial = 1;

  constructor(
    private readonly rig: Rig,
    private readonly seed: number,
    private readonly onFailure: Options['onFailure'],
  ) {
    const calls = [...new GraphQLInputs(rig.schema).subjects(), ...new RestInputs(rig.openApi).subjects()];
    this.callable = calls.map(({ name }) => name);
    this.subjects = [...calls, ...new Shapes(rig.schema).subjects(), ...transports()];
    this.judge = new Judge(rig);
    this.tally = new Tally(rig.schema);
  }

  async all(inputs: number): Promise<void> {
    for (let batch = 0; this.tally.inputs < inputs && this.failures.length < MOST_FAILURES; batch++) {
      const { costly, inputs: arbitrary } = this.subjectOf(batch);
      const numRuns = Math.min(costly ? COSTLY_BATCH : BATCH, inputs - this.tally.inputs);
      const drawn = fc.sample(arbitrary, { seed: this.seedOf(batch), numRuns });
      const judged = await this.send(drawn);
      for (const [index, each] of judged.entries()) {
        this.tally.add(each);
        if (each.faults.length && this.failures.length < MOST_FAILURES) await this.fail(batch, index, each);
      }
      await this.rig.replenish();
    }
  }

  /** Sends the input of a failure alone. */
  async repeat(only: string): Promise<void> {
    const [batch, ...path] = only.split(':');
    await this.shrunk(Number(batch), path.join(':'), true);
  }

  private async fail(batch: number, index: number, first: Judged): Promise<void> {
    if (await this.shrunk(batch, String(index), false)) return;
    this.note(batch, `${index} (not alone: after the inputs before it)`, first);
  }

  /** The smallest input that fails for itself; false where it does not fail alone. */
  private async shrunk(batch: number, path: string, asItIs: boolean): Promise<boolean> {
    let last: Judged | undefined;
    const property = fc.asyncProperty(this.subjectOf(batch).inputs, async (input) => {
      const [judged] = await this.send([input]);
      if (asItIs && judged) this.tally.add(judged);
      if (!judged?.faults.length) return;
      last = judged;
      throw new Error(judged.faults.join('; '));
    });
    const details = await fc.check(property, {
      ...{ seed: this.seedOf(batch), path, numRuns: 1, endOnFailure: asItIs },
      ...{ interruptAfterTimeLimit: SHRINKING_MS, markInterruptAsFailure: false },
    });
    if (!last) return false;
    this.note(batch, details.counterexamplePath ?? path, last);
    return true;
  }

  private note(batch: number, path: string, { input, sent, faults }: Judged): void {
    const { kind, caller } = input;
    const { name: subject } = this.subjectOf(batch);
    const failure = { seed: this.seed, only: `${batch}:${path}`, subject, kind, caller, sent, faults };
    this.failures.push(failure);
    this.onFailure?.(failure);
  }

  private async send(inputs: readonly Input[]): Promise<Judged[]> {
    const first = this.serial;
    this.serial += inputs.length;
    return this.judge.judge(inputs, first);
  }

  private subjectOf(batch: number): Subject {
    return this.subjects[batch % this.subjects.length]!;
  }

  private seedOf(batch: number): number {
    return (Math.imul(this.seed, 1_000_003) + batch) | 0;
  }
}
