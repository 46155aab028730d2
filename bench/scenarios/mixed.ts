import { cpus } from 'node:os';
import { BOOKING, calendarOf } from '../data/plan.ts';
import type { Job } from '../load/job.ts';
import { measureApi, type ApiRound } from '../measure/measured.ts';
import { median } from '../measure/statistics.ts';
import { apiSide, type Figures } from '../report/figures.ts';
import { FUTURE } from '../slots.ts';
import type { Api } from '../stage/api.ts';
import type { Database } from '../stage/database.ts';
import type { Stage } from '../stage/stage.ts';
import { tokensOf } from '../tokens.ts';
import { appointments, pages, plain, weeks } from './queries.ts';
import { bookingsIn } from './writes.ts';

const CLIENTS = 16;
const CHANGES = 0.2;
/** Two processes, PostgreSQL and the load want a core each, and one more for two of them. */
const CORES_FOR_TWO = 5;
const READERS = 50;

/** Reads and changes as a practice's day has them, by two processes of the API and by one. */
export async function mixed(stage: Stage): Promise<Figures> {
  const { rows = 1_000_000, rounds = 3, seconds = 3 } = stage.options;
  const database = await stage.database(rows);
  const apis = [await stage.api(database), await stage.api(database, 2)];
  const play = (processes: number, length = seconds): Promise<ApiRound> =>
    playMixed(stage, database, apis.slice(0, processes), length);
  await play(2, 4);
  const [one, two]: [ApiRound[], ApiRound[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    one.push(await play(1));
    two.push(await play(2));
  }
  const verified = await database.verify();
  const sides = [apiSide('1 process', one), apiSide('2 processes', two)] as const;
  const figure = sides[1].perSecond / sides[0].perSecond;
  const enough = cpus().length >= CORES_FOR_TWO;
  return {
    scenario: 'mixed',
    sides,
    bars: enough ? [{ what: '2 processes against 1', figure, unit: '', atLeast: 1.7 }] : [],
    notes: [
      ...(enough
        ? []
        : [
            `2 processes against 1: ${figure.toFixed(2)}, with ${cpus().length} cores for all; no bar below ${CORES_FOR_TWO}.`,
          ]),
      `Of all cores 1 process leaves ${idle(one)} idle, 2 processes ${idle(two)}.`,
      verified,
    ],
  };
}

/** A fifth are changes: bookings, half of them cancelled at once; the rest are weeks, pages and single appointments, and who am I. */
export async function playMixed(
  stage: Stage,
  database: Database,
  apis: readonly Api[],
  seconds: number,
): Promise<ApiRound> {
  const calendar = calendarOf(database.appointments);
  const job: Job = {
    ...{ kind: 'mixed', changes: CHANGES, clients: CLIENTS, seconds },
    ...bookingsIn(BOOKING, database),
    urls: apis.map(({ url }) => url),
    queries: {
      week: weeks(calendar),
      page: pages(Array.from({ length: READERS }, () => undefined)),
      appointment: appointments(calendar),
      me: plain('{ me { id email role organization { name } } }', tokensOf(BOOKING.organization, BOOKING.users)),
    },
  };
  const measured = await measureApi(stage, apis, job);
  database.slots.use(FUTURE, measured.load.slots);
  return measured;
}

function idle(rounds: readonly ApiRound[]): string {
  const share = median(
    rounds.map(({ cpu, operations, seconds, load }) => {
      const used = ((cpu.api + cpu.postgres) * operations) / 1_000 + load.cpu;
      return 1 - used / seconds / cpus().length;
    }),
  );
  return `${(share * 100).toFixed(0)} %`;
}
