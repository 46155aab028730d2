import { latencyOf, type Latency } from '../measure/statistics.ts';
import { Connection, refusalOf } from './connection.ts';
import type { Job, LoadResult } from './job.ts';
import { operationOf } from './operations.ts';

/** An answer with an error; how often each came is told at the end. */
class Refused extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** The process that makes the load: runs one job after the other, as its parent tells. */
process.on('message', (job: Job) => {
  run(job).then(
    (result) => process.send!({ result }),
    (error: unknown) =>
      process.send!({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit());

async function run(job: Job): Promise<LoadResult> {
  const connections = Array.from(
    { length: job.clients },
    (_, client) => new Connection(job.urls[client % job.urls.length]!),
  );
  const whole: number[] = [];
  const calls: Record<string, number[]> = {};
  const refused: Record<string, number> = {};
  let slots = 0;
  let started = 0;
  const most = job.most ?? Infinity;
  const operation = operationOf(job, () => ('slot' in job ? job.slot : 0) + slots++);
  const cpu = process.cpuUsage();
  const begun = performance.now();
  let last = begun;
  const end = begun + job.seconds * 1000;

  const client = async (connection: Connection): Promise<void> => {
    const call = async (name: string, body: string, token: string): Promise<string> => {
      const asked = performance.now();
      const answer = await connection.post(body, token);
      const refusal = refusalOf(answer);
      if (refusal !== undefined) throw new Refused(refusal);
      (calls[name] ??= []).push(performance.now() - asked);
      return answer;
    };
    for (let now = performance.now(); now < end && started++ < most;) {
      try {
        await operation(call);
        last = performance.now();
        whole.push(last - now);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        refused[error.code] = (refused[error.code] ?? 0) + 1;
      }
      now = performance.now();
    }
  };
  await Promise.all(connections.map(client));
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  for (const connection of connections) connection.close();
  const byCall: Record<string, Latency> = {};
  for (const [name, samples] of Object.entries(calls)) byCall[name] = latencyOf(samples);
  return {
    operations: whole.length,
    seconds,
    untilLast: (last - begun) / 1000,
    latency: latencyOf(whole),
    calls: byCall,
    refused,
    slots,
    cpu: (user + system) / 1e6,
  };
}
