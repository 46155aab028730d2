import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { connected } from '../../support/sql.ts';
import type { Fault } from './fault.ts';
import { Bystanders } from './harness/bystanders.ts';
import { ANSWER_INCOMPLETE, IN_DOUBT, OUTCOME_UNKNOWN, told, type Call } from './harness/call.ts';
import type { Random } from './harness/random.ts';
import type { Run } from './harness/run.ts';

/** More than the pool has connections. */
const CLIENTS = 10;

interface Rhythm {
  readonly name: string;
  /** Which of the API's connections, as a condition on pg_stat_activity. */
  readonly whom: string;
  /** Milliseconds until the next time. */
  readonly pause: (random: Random, nth: number) => number;
}

const nowAndThen = (random: Random): number => random.between(100, 200);

const RHYTHMS: readonly Rhythm[] = [
  { name: 'all, every 150 ms', whom: 'true', pause: () => 150 },
  { name: 'all, every 100 to 200 ms', whom: 'true', pause: nowAndThen },
  {
    name: 'all, five times in a row and then not for a while',
    whom: 'true',
    pause: (random, nth) => (nth % 5 ? random.between(5, 20) : 800),
  },
  { name: 'those that nobody uses', whom: `state = 'idle'`, pause: nowAndThen },
  { name: 'those at work', whom: `state <> 'idle'`, pause: nowAndThen },
  { name: 'those in a transaction, between two statements', whom: `state = 'idle in transaction'`, pause: () => 20 },
  { name: 'those that have just come', whom: `backend_start > now() - interval '150 ms'`, pause: () => 40 },
  { name: 'one at random', whom: 'random() < 0.2', pause: (random) => random.between(10, 50) },
];

/** An administrator, or a server that is about to go down, ends connections all the time. The process lives. */
export const killConnections: Fault = {
  number: 9,
  title: 'connections ended by PostgreSQL all the time',
  rounds: 16,
  seconds: 120,
  async play(run) {
    const ground = await run.ground();
    const stage = await run.stage(ground, { settings: { AUDIT_SEAL_SECONDS: '1' } });
    const bystanders = new Bystanders(stage, run.random.fork());
    let ended: string | undefined;
    void stage.apis[0]?.ended.then((code) => (ended = `The process has ended with ${code}.`));
    let kills = 0;
    const calls = await run.underLoad(
      stage,
      async () => {
        bystanders.start();
        await connected(ground.adminUrl, async (admin) => {
          for (let round = 0; round < run.rounds; round++) {
            const rhythm = RHYTHMS[round % RHYTHMS.length]!;
            await run.breaking(rhythm.name, async () => {
              const end = performance.now() + run.roundMs;
              for (let nth = 1; performance.now() < end; nth++) {
                kills += await killed(admin, rhythm);
                if (ended) throw new Error(ended);
                await sleep(rhythm.pause(run.random, nth));
              }
            });
          }
        });
        await bystanders.stop();
      },
      { clients: CLIENTS, pauseMs: 5, keys: 1 },
    );
    for (const call of calls) judge(run, call);
    for (const wrong of bystanders.wrong) run.violated(wrong);
    run.tell(`${kills} connections were ended; others were answered ${JSON.stringify(bystanders.answers)}`);
  },
};

async function killed(admin: pg.Client, { whom }: Rhythm): Promise<number> {
  const { rows } = await admin.query<{ gone: boolean }>(
    `SELECT pg_terminate_backend(pid) AS gone FROM pg_stat_activity
      WHERE application_name = 'therapy-units' AND datname = current_database() AND ${whom}`,
  );
  return rows.filter(({ gone }) => gone).length;
}

/** A call with a key is done, refused, or told to come again. One without may also be told that nobody knows. */
function judge(run: Run, call: Call): void {
  const may = [IN_DOUBT, ANSWER_INCOMPLETE, ...(call.key === undefined ? [OUTCOME_UNKNOWN] : [])];
  const wrong = call.attempts.some(
    ({ outcome }) =>
      (outcome.verdict === 'unknown' && !may.includes(outcome.code)) ||
      (outcome.verdict === 'refused' && outcome.code === 'NOT_SENT'),
  );
  if (wrong) run.violated(`not TRY_AGAIN and not right: ${told(call)}`);
}
