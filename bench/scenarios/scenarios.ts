import type { ScenarioName } from '../options.ts';
import type { Figures } from '../report/figures.ts';
import type { Stage } from '../stage/stage.ts';
import { hot } from './hot.ts';
import { fairness } from './fairness.ts';
import { growth } from './growth.ts';
import { me } from './me.ts';
import { memory } from './memory.ts';
import { mixed } from './mixed.ts';
import { page, week } from './reads.ts';
import { start } from './start.ts';
import { write, WRITES } from './writes.ts';

export function play(stage: Stage, name: ScenarioName): Promise<Figures> {
  switch (name) {
    case 'book':
    case 'visit':
    case 'cancel':
      return write(stage, WRITES[name]);
    case 'hot':
      return hot(stage);
    case 'me':
      return me(stage);
    case 'week':
      return week(stage);
    case 'page':
      return page(stage);
    case 'fairness':
      return fairness(stage);
    case 'growth':
      return growth(stage);
    case 'mixed':
      return mixed(stage);
    case 'memory':
      return memory(stage);
    case 'start':
      return start();
  }
}
