import type { ScenarioName } from '../options.ts';
import type { Figures } from '../report/figures.ts';
import type { Stage } from '../stage/stage.ts';
import { hot } from './hot.ts';
import { me } from './me.ts';
import { page, week } from './reads.ts';
import { write, WRITES } from './writes.ts';

/** Plays a scenario; some have several tables. */
export async function play(stage: Stage, name: ScenarioName): Promise<Figures[]> {
  switch (name) {
    case 'book':
    case 'visit':
    case 'cancel':
      return [await write(stage, WRITES[name])];
    case 'hot':
      return [await hot(stage)];
    case 'me':
      return [await me(stage)];
    case 'week':
      return [await week(stage)];
    case 'page':
      return [await page(stage)];
  }
}
