import { setTimeout as sleep } from 'node:timers/promises';
import { isOpen, told, type Attempt, type Call } from './call.ts';
import { Clients, type Door } from './clients.ts';
import { examine } from './examine.ts';
import type { Ground } from './ground.ts';
import { Load, LOAD, type LoadOptions } from './load.ts';
import { Plan } from './plan.ts';
import { Random } from './random.ts';
import { figures, type Figures, type Report } from './report.ts';
import { settle } from './settle.ts';
import { Stage, type StageOptions } from './stage.ts';
import type { Fault } from '../fault.ts';

export interface RunOptions {
  readonly seed: number;
  /** Breaks, and heals; the fault's own number unless said. */
  readonly rounds?: number;
  /** How long all rounds together take at least; the fault's own unless said. */
  readonly seconds?: number;
  /** Makes the database that the stage stands on, where the fault brings none. */
  readonly ground: () => Promise<Ground>;
  /** Hears of what happens. */
  readonly tell?: (line: string) => void;
}

/** Beyond this the run is hung. */
const HUNG_MS = 300_000;

/** One fault played once: what it needs to set the stage, to break and to heal, and what is found out meanwhile. */
export class Run {
  readonly random: Random;
  readonly rounds: number;
  /** How long a round takes, on the average. */
  readonly roundMs: number;
  private readonly closing: (() => Promise<unknown>)[] = [];
  private readonly recoveries: number[] = [];
  private readonly violations: string[] = [];
  private result: Figures | undefined;
  private load: Load | undefined;

  private constructor(
    private readonly fault: Fault,
    private readonly options: RunOptions,
  ) {
    this.random = new Random(options.seed);
    this.rounds = options.rounds ?? fault.rounds;
    this.roundMs = ((options.seconds ?? fault.seconds ?? this.rounds) * 1_000) / this.rounds;
  }

  /** Plays the fault and closes all that it has opened. @throws Error it could not be played, or is hung */
  static async of(fault: Fault, options: RunOptions): Promise<Report> {
    const run = new Run(fault, options);
    const begun = performance.now();
    try {
      await fault.play(run);
      if (!run.result) throw new Error(`Fault ${fault.number} was played without a load.`);
    } finally {
      while (run.closing.length) await run.closing.pop()?.();
    }
    const seconds = Math.round((performance.now() - begun) / 1_000);
    const { number, title } = fault;
    return { number, title, seed: options.seed, rounds: run.rounds, seconds, ...run.result };
  }

  /** Is closed at the end of the run, the last one first. */
  later(close: () => Promise<unknown>): void {
    this.closing.push(close);
  }

  /** A database as it comes: with fsync by command, one of the tests' cluster in tests. */
  async ground(): Promise<Ground> {
    const ground = await this.options.ground();
    this.later(() => ground.stop());
    return ground;
  }

  /** The API on a ground, ready, with its practices. */
  async stage(ground: Ground, options?: StageOptions): Promise<Stage> {
    const stage = await Stage.open(ground, options);
    this.later(() => stage.close());
    return stage;
  }

  /**
   * Runs the work while clients call. Then settles what is open and examines what is stored.
   *
   * @param door where a call goes; by default an account calls always the same process
   * @param options of the load; with mustAnswer each call must have been done or refused for its own sake before it ends
   * @param withinMs how long any attempt may take
   * @returns all calls, with how each attempt went
   */
  async underLoad(
    stage: Stage,
    work: () => Promise<void>,
    { door, withinMs = Infinity, ...options }: Partial<LoadOptions> & { door?: Door; withinMs?: number } = {},
  ): Promise<readonly Call[]> {
    const { people } = stage;
    const clients = new Clients(people.accounts, door ?? (({ account }) => urlOf(stage, account)));
    const asked = { ...LOAD, ...options };
    const plan = new Plan(people, this.random.fork(), asked.keys);
    const load = new Load(clients, plan, people.accounts.length, asked);
    this.load = load;
    load.start(this.random.fork());
    try {
      await this.firstSuccess(performance.now());
      await work();
    } catch (error) {
      for (const { url, output } of stage.apis) this.tell(`${url} has printed at last:\n${output.slice(-4_000)}`);
      for (const call of load.calls.slice(-8)) this.tell(told(call));
      throw error;
    } finally {
      await load.stop();
    }
    for (const line of faultsIn(stage, load)) this.tell(line);
    if (asked.mustAnswer)
      for (const call of load.calls.filter(isOpen)) this.violated(`not answered, with all retries: ${told(call)}`);
    const slowest = Math.max(
      ...load.calls.flatMap(({ attempts }) => attempts.map((each) => each.endedAt - each.sentAt)),
    );
    this.tell(`the slowest answer took ${Math.round(slowest)} ms`);
    if (slowest > withinMs) this.violated(`an answer took ${Math.round(slowest)} ms, and ${withinMs} were promised`);
    await stage.untilReady();
    this.tell(`settling ${load.calls.length} calls`);
    const settled = await settle(clients, load.calls, this.random);
    clients.close();
    const { violations, changes } = await examine(stage.ground.ownerUrl, settled.calls);
    this.violations.push(...violations);
    this.result = figures(settled, changes, { recoveries: this.recoveries, violations: this.violations });
    return settled.calls;
  }

  /** A random while without a fault, so that each meets another moment of the load. */
  async pause(): Promise<void> {
    await sleep(this.roundMs * (0.4 + 1.2 * this.random.next()));
  }

  /**
   * Breaks, and waits until a call that was sent after that has succeeded; the time is noted. What heals is done by
   * `fault` itself, before it resolves or later.
   */
  async breaking(what: string, fault: () => Promise<unknown>): Promise<void> {
    const at = performance.now();
    const healed = this.firstSuccess(at);
    healed.catch(() => undefined);
    await fault();
    const took = await healed;
    this.recoveries.push(took);
    this.tell(`${what}: first success after ${Math.round(took)} ms`);
  }

  /** Something that must not be, beside what the examination finds. */
  violated(what: string): void {
    this.violations.push(what);
  }

  tell(line: string): void {
    this.options.tell?.(line);
  }

  /** Milliseconds from that moment to the first acknowledged answer to an attempt sent after it. */
  private firstSuccess(since: number): Promise<number> {
    const { load } = this;
    if (!load) throw new Error('There is no load yet.');
    return new Promise((resolve, reject) => {
      const hung = setTimeout(() => {
        end();
        reject(new Error(`Hung: nothing has succeeded for ${HUNG_MS / 1_000} seconds.`));
      }, HUNG_MS);
      const end = load.listen(({ sentAt, endedAt, outcome }: Attempt) => {
        if (sentAt < since || outcome.verdict !== 'acknowledged') return;
        clearTimeout(hung);
        end();
        resolve(endedAt - since);
      });
    });
  }
}

function urlOf({ apis }: Stage, account: number): string {
  return apis[account % apis.length]!.url;
}

/** What the processes logged of answers that say nothing but that something went wrong. */
function faultsIn({ apis }: Stage, { calls }: Load): string[] {
  const attempts = calls.flatMap((call) => call.attempts);
  const silent = attempts.filter(
    ({ outcome }) => outcome.verdict === 'unknown' && outcome.code === 'INTERNAL_SERVER_ERROR',
  );
  const lines = apis.flatMap(({ output }) => output.split('\n').filter((line) => line.includes('"level":"error"')));
  return lines.filter((line) => silent.some(({ requestId }) => line.includes(requestId)));
}
