import { residentOf } from '../measure/cpu.ts';
import { median } from '../measure/statistics.ts';
import { type Figures } from '../report/figures.ts';
import type { Stage } from '../stage/stage.ts';
import { playMixed } from './mixed.ts';

const MEGABYTE = 1024 * 1024;
const MOST_MEGABYTES = 256;
/** In the second half of the run: what the allocator moves up and down anyway. */
const MOST_GROWTH = 5;
const SAMPLE_MS = 500;
/** A process that has done nothing yet. */
const NUMBER = 3;

/** What a process of the API holds in RAM while it works. */
export async function memory(stage: Stage): Promise<Figures> {
  const { rows = 10_000, minutes } = stage.options;
  const seconds = minutes === undefined ? 30 : minutes * 60;
  const database = await stage.database(rows);
  const api = await stage.api(database, NUMBER);
  const samples: number[] = [];
  const sampling = setInterval(() => samples.push(residentOf(api.pid) / MEGABYTE), SAMPLE_MS);
  await playMixed(stage, database, [api], seconds).finally(() => clearInterval(sampling));
  const half = samples.slice(samples.length / 2);
  const [third, fourth] = [half.slice(0, half.length / 2), half.slice(half.length / 2)];
  const growth = (median(fourth) / median(third) - 1) * 100;
  return {
    scenario: 'memory',
    sides: [],
    bars: [
      { what: 'resident, at most', figure: Math.max(...samples), unit: ' MB', atMost: MOST_MEGABYTES },
      {
        what: 'growth from the third quarter of the run to the fourth',
        figure: growth,
        unit: ' %',
        atMost: MOST_GROWTH,
      },
    ],
    notes: [`Over ${seconds} s of mixed load; at the end ${samples.at(-1)?.toFixed(0)} MB.`],
  };
}
