import { BOOKING, calendarOf } from '../data/plan.ts';
import type { Job } from '../load/job.ts';
import { measureApi, type ApiRound } from '../measure/measured.ts';
import { apiSide, type Bar, type Figures, type Side } from '../report/figures.ts';
import { median } from '../measure/statistics.ts';
import { FUTURE } from '../slots.ts';
import type { Api } from '../stage/api.ts';
import type { Database } from '../stage/database.ts';
import type { Stage } from '../stage/stage.ts';
import { placesOf } from './page-walk.ts';
import { pages, weeks } from './queries.ts';
import { deepPage } from './reads.ts';
import { bookingsIn } from './writes.ts';

const FEW = 10_000;
const MANY = 1_000_000;
/** So few that nobody waits for others: it is the time of the work that grows, or does not. */
const CLIENTS = 2;
const READERS = 5;

interface Place {
  readonly database: Database;
  readonly api: Api;
  readonly jobs: Readonly<Record<'book' | 'week' | 'page', () => Job>>;
}

/** The same questions where there are 10,000 appointments and where there are 1,000,000. */
export async function growth(stage: Stage): Promise<Figures> {
  const { rows: many = MANY, rounds = 3, seconds = 2 } = stage.options;
  const [small, large] = [await placeOf(stage, FEW, seconds), await placeOf(stage, many, seconds)];
  const sides: Side[] = [];
  const bars: Bar[] = [];
  for (const kind of ['book', 'week', 'page'] as const) {
    const [few, all]: [ApiRound[], ApiRound[]] = [[], []];
    for (const place of [small, large]) await play(stage, place, kind);
    for (let round = 0; round < rounds; round++) {
      few.push(await play(stage, small, kind));
      all.push(await play(stage, large, kind));
    }
    sides.push(apiSide(`${kind} of ${FEW}`, few), apiSide(`${kind} of ${many}`, all));
    const medianOf = (each: ApiRound[]): number => median(each.map(({ load }) => load.latency.p50));
    bars.push({
      what: `median latency of ${kind}, many against few`,
      figure: medianOf(all) / medianOf(few),
      unit: ' x',
      atMost: 1.2,
    });
  }
  const notes = [await small.database.verify(), await large.database.verify()];
  return { scenario: 'growth', sides, bars, notes };
}

async function play(stage: Stage, { database, api, jobs }: Place, kind: keyof Place['jobs']): Promise<ApiRound> {
  const measured = await measureApi(stage, [api], jobs[kind]());
  database.slots.use(FUTURE, measured.load.slots);
  return measured;
}

async function placeOf(stage: Stage, rows: number, seconds: number): Promise<Place> {
  const database = await stage.database(rows);
  const api = await stage.api(database);
  const turned = await placesOf(api.url, deepPage(rows), READERS);
  const load = { urls: [api.url], clients: CLIENTS, seconds };
  return {
    database,
    api,
    jobs: {
      book: () => ({ kind: 'book', ...load, ...bookingsIn(BOOKING, database) }),
      week: () => ({ kind: 'query', ...load, query: weeks(calendarOf(rows)) }),
      page: () => ({ kind: 'query', ...load, query: pages(turned.map(({ cursor }) => cursor)) }),
    },
  };
}
