import type { ScenarioName } from '../options.ts';
import type { Figures } from '../report/figures.ts';
import type { Stage } from '../stage/stage.ts';
import { write, WRITES } from './writes.ts';

/** Plays a scenario; some have several tables. */
export async function play(stage: Stage, name: ScenarioName): Promise<Figures[]> {
  switch (name) {
    case 'book':
    case 'visit':
    case 'cancel':
      return [await write(stage, WRITES[name])];
  }
}
