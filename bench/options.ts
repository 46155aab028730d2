import { BadOption, wholeNumber, type Values } from '../src/foundation/command-line/command-line.ts';

export const SCENARIOS = [
  'book',
  'hot',
  'visit',
  'cancel',
  'me',
  'week',
  'page',
  'fairness',
  'growth',
  'mixed',
  'memory',
  'start',
] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

export interface Options {
  readonly scenarios: readonly ScenarioName[];
  /** Of each round; undefined leaves it to the scenario. */
  readonly seconds: number | undefined;
  readonly rounds: number | undefined;
  /** Appointments in the database; undefined leaves it to the scenario. */
  readonly rows: number | undefined;
  /** Of the scenario memory. */
  readonly minutes: number | undefined;
  /** Flags for Node.js in the API's processes, behind those of `npm start`. */
  readonly node: readonly string[];
  /** Where the figures go as JSON. */
  readonly json: string | undefined;
}

export const USAGE = `Usage: npm run bench -- [options]
  --scenario NAME   one of ${SCENARIOS.join(', ')}; again for another, all if left out
  --seconds N       of each round
  --rounds N        of each scenario, in turn with its floor
  --rows N          appointments in the database, 10000 or more
  --minutes N       of the scenario memory
  --node FLAG       for the API's process besides those of npm start, such as --node=--cpu-prof --node=--cpu-prof-dir=/tmp/profile
  --json FILE       writes all figures there, too
PGBENCH names pgbench where it is not in PATH.`;

export const OPTIONS = {
  scenario: { type: 'string', multiple: true },
  seconds: { type: 'string' },
  rounds: { type: 'string' },
  rows: { type: 'string' },
  minutes: { type: 'string' },
  node: { type: 'string', multiple: true },
  json: { type: 'string' },
} as const;

/** @throws BadOption a scenario that there is not, or a number that is none */
export function readOptions(values: Values<typeof OPTIONS>): Options {
  const scenarios = values.scenario ?? SCENARIOS;
  return {
    scenarios: scenarios.map((name) => {
      const known = SCENARIOS.find((each) => each === name);
      if (!known) throw new BadOption(`There is no scenario ${name}.`);
      return known;
    }),
    seconds: wholeNumber('seconds', values.seconds, undefined, 1),
    rounds: wholeNumber('rounds', values.rounds, undefined, 1),
    rows: wholeNumber('rows', values.rows, undefined, 10_000),
    minutes: wholeNumber('minutes', values.minutes, undefined, 1),
    node: values.node ?? [],
    json: values.json,
  };
}
