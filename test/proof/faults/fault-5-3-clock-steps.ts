import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { read } from '../../support/sql.ts';
import type { Fault } from './fault.ts';

const PRELOAD = new URL('harness/clock-steps.mjs', import.meta.url).href;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEPS = [-30 * HOUR, -3 * HOUR, -61 * MINUTE, -5 * MINUTE, 5 * MINUTE, 61 * MINUTE, 3 * HOUR, 30 * HOUR];

/** Whatever the clock of the API says: these times are the database's, and within the run. */
const OUTSIDE = `
  SELECT 'ledger entry' AS what, id, created_at AS at FROM ledger_entries WHERE created_at NOT BETWEEN $1 AND clock_timestamp()
  UNION ALL
  SELECT 'audit event', id, occurred_at FROM audit_events
   WHERE occurred_at NOT BETWEEN $1::timestamptz - interval '1 ms' AND clock_timestamp() + interval '1 ms'`;

/**
 * The clock of one process of two is set hours forth and back. Rules that look at it may refuse, and access tokens end; then
 * clients sign in again. The order of what was booked is the database's.
 */
export const clockSteps: Fault = {
  number: 5.3,
  title: 'clock steps of an API process',
  rounds: 16,
  async play(run) {
    const folder = await mkdtemp(join(tmpdir(), 'therapy-clock-'));
    run.later(() => rm(folder, { recursive: true }));
    const CLOCK_FILE = join(folder, 'off');
    const ground = await run.ground();
    const [begun] = await read(ground.ownerUrl, 'SELECT clock_timestamp() AS at');
    const stage = await run.stage(ground, { apis: 2, settings: { CLOCK_FILE, NODE_OPTIONS: `--import ${PRELOAD}` } });
    const set = async (place: number, off: number): Promise<void> => {
      await writeFile(CLOCK_FILE, String(off));
      await run.breaking(`clock of ${place} off by ${off / MINUTE} minutes`, () => {
        stage.apis[place]!.signal('SIGUSR2');
        return Promise.resolve();
      });
    };
    await run.underLoad(stage, async () => {
      for (let round = 1; round <= run.rounds; round++) {
        await run.pause();
        await set(run.random.between(0, 1), run.random.pick(STEPS));
      }
      for (const place of stage.apis.keys()) await set(place, 0);
    });
    for (const { what, id, at } of await read(ground.ownerUrl, OUTSIDE, [begun!.at]))
      run.violated(`${String(what)} ${String(id)} is of ${String(at)}, which is not within the run`);
  },
};
