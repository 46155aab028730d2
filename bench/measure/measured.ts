import type { Job, LoadResult } from '../load/job.ts';
import { STRIDE, type Span } from '../slots.ts';
import type { Api } from '../stage/api.ts';
import type { Database } from '../stage/database.ts';
import type { Stage } from '../stage/stage.ts';
import { cpuOf, spent, type Cpu } from './cpu.ts';
import { runPgbench } from './pgbench.ts';

/**
 * For a process that has just started. A server runs for weeks; what V8 has not compiled yet takes twice as long. A booking gets
 * cheaper for 12 s; that reads need less is an assumption, since every row of an answer is a call.
 */
const FIRST_WARM_UP_SECONDS = { bookings: 20, reads: 10 };
/** For what a scenario has of its own. */
const WARM_UP_SECONDS = 3;

/** A round, of the API or of its floor. */
export interface Measured {
  readonly operations: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** CPU milliseconds of an operation. */
  readonly cpu: Cpu;
  /** Mean, in milliseconds. */
  readonly mean: number;
}

export interface ApiRound extends Measured {
  readonly load: LoadResult;
  /** Transactions of all processes, by what became of them. */
  readonly attempts: Readonly<Record<string, number>>;
}

/**
 * Lets the load process play a job against processes of the API.
 *
 * @param expected codes of refusals that are part of the job
 * @throws Error any other refusal: what is measured has to be what was asked
 */
export async function measureApi(
  stage: Stage,
  apis: readonly Api[],
  job: Job,
  expected: readonly string[] = [],
): Promise<ApiRound> {
  const pids = apis.map(({ pid }) => pid);
  const attemptsBefore = await attemptsOf(apis);
  const before = cpuOf(pids, stage.server.pid);
  const load = await stage.load.run(job);
  const cpu = spent(before, cpuOf(pids, stage.server.pid));
  const unexpected = Object.keys(load.refused).filter((code) => !expected.includes(code));
  if (unexpected.length) throw new Error(`${job.kind} was refused: ${JSON.stringify(load.refused)}`);
  const attempts = await attemptsOf(apis);
  for (const [outcome, count] of Object.entries(attemptsBefore)) attempts[outcome] = (attempts[outcome] ?? 0) - count;
  return { ...rateOf(load.operations, load.seconds, cpu), mean: load.latency.mean, load, attempts };
}

/** Plays without measuring: longer where the process has only just started. */
export async function warmUp(
  api: Api,
  kind: keyof typeof FIRST_WARM_UP_SECONDS,
  play: (seconds: number) => Promise<unknown>,
): Promise<void> {
  const seconds = Math.max(WARM_UP_SECONDS, FIRST_WARM_UP_SECONDS[kind] - api.warmedUpFor);
  await play(seconds);
  api.warmedUpFor += seconds;
}

/** Lets pgbench play a floor on the same server. */
export async function measureFloor(
  stage: Stage,
  { applicationUrl }: Database,
  floor: { script: string; clients: number; seconds: number; variables: Record<string, string | number> },
): Promise<Measured & { readonly processed: number }> {
  const marks: Cpu[] = [];
  const onWindow = (): void => void marks.push(cpuOf([], stage.server.pid));
  const { operations, seconds, latency, processed } = await runPgbench({ ...floor, url: applicationUrl, onWindow });
  const [before, after] = marks;
  if (!before || !after) throw new Error('pgbench told of no window.');
  return { ...rateOf(operations, seconds, spent(before, after)), mean: latency, processed };
}

/** Rounds of the API and of its floor, where there is one, by turns; each begins in a settled database, since both write. */
export async function inTurns(
  { options: { rounds = 3 }, floors }: Stage,
  database: Database,
  playApi: (round: number) => Promise<ApiRound>,
  playFloor: () => Promise<Measured>,
): Promise<{ api: ApiRound[]; floor: Measured[] }> {
  const [api, floor]: [ApiRound[], Measured[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    await database.settle();
    api.push(await playApi(round));
    if (!floors) continue;
    await database.settle();
    floor.push(await playFloor());
  }
  return { api, floor };
}

/** For a floor: the hours that its bookings may take. */
export function hoursFrom(database: Database, span: Span): Record<string, number> {
  return { origin: span.origin, hours: span.hours, stride: STRIDE, slot: database.slots.from(span) };
}

/** pgbench's clients count each for themselves, so some are ahead of others. */
export function markUsed(database: Database, span: Span, operations: number): void {
  database.slots.use(span, operations * 2 + 10_000);
}

function rateOf(operations: number, seconds: number, { api, postgres }: Cpu): Omit<Measured, 'mean'> {
  const each = 1000 / operations;
  return { operations, seconds, perSecond: operations / seconds, cpu: { api: api * each, postgres: postgres * each } };
}

async function attemptsOf(apis: readonly Api[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const api of apis)
    for (const [outcome, count] of Object.entries(await api.attempts()))
      counts[outcome] = (counts[outcome] ?? 0) + count;
  return counts;
}
