import { setTimeout as sleep } from 'node:timers/promises';
import { BOOKING, HOT } from '../data/plan.ts';
import { LoadProcess } from '../load/load.ts';
import type { Job } from '../load/job.ts';
import { measureApi, warmUp, type ApiRound } from '../measure/measured.ts';
import { apiSide, type Figures } from '../report/figures.ts';
import { FUTURE } from '../slots.ts';
import type { Api } from '../stage/api.ts';
import type { Database } from '../stage/database.ts';
import type { Stage } from '../stage/stage.ts';
import { bookingsIn } from './writes.ts';

const OTHERS = 16;
const HAMMERING = 40;
/** Until all who hammer wait for each other. */
const HEAD_START = 1;
/** Hours for those who hammer: more than they can book. */
const HOURS = 50_000;

/** Bookings over 1,000 authorizations of one organization, while another one's users all want the same authorization, and while not. */
export async function fairness(stage: Stage): Promise<Figures> {
  const { rows = 10_000, rounds = 3, seconds = 3 } = stage.options;
  const database = await stage.database(rows);
  const api = await stage.api(database);
  const hammer = new LoadProcess();
  const [alone, beside]: [ApiRound[], ApiRound[]] = [[], []];
  try {
    await warmUp(api, 'bookings', (length) => playOthers(stage, database, api, length));
    for (let round = 0; round < rounds; round++) {
      alone.push(await playOthers(stage, database, api, seconds));
      const hammering = hammer.run(hammeringOf(database, api, seconds + 2 * HEAD_START));
      await sleep(HEAD_START * 1_000);
      beside.push(await playOthers(stage, database, api, seconds));
      const { refused } = await hammering;
      if (Object.keys(refused).length) throw new Error(`Who hammered was refused: ${JSON.stringify(refused)}`);
    }
  } finally {
    hammer.stop();
  }
  const verified = await database.verify();
  const sides = [apiSide('alone', alone), apiSide('beside', beside)] as const;
  return {
    scenario: 'fairness',
    sides: [sides[0], withoutCpu(sides[1])],
    bars: [
      {
        what: `bookings beside ${HAMMERING} clients on one authorization, against without them`,
        figure: sides[1].perSecond / sides[0].perSecond,
        unit: '',
        atLeast: 0.7,
      },
    ],
    notes: [verified],
  };
}

async function playOthers(stage: Stage, database: Database, api: Api, seconds: number): Promise<ApiRound> {
  const job: Job = { kind: 'book', urls: [api.url], clients: OTHERS, seconds, ...bookingsIn(BOOKING, database) };
  const measured = await measureApi(stage, [api], job);
  database.slots.use(FUTURE, measured.load.slots);
  return measured;
}

function hammeringOf(database: Database, api: Api, seconds: number): Job {
  const last = HOT.authorizations;
  const bookings = { ...bookingsIn(HOT, database), authorizations: [last, last] } as const;
  database.slots.use(FUTURE, HOURS);
  return { kind: 'book', urls: [api.url], clients: HAMMERING, seconds, ...bookings };
}

/** The CPU is of both loads together. */
function withoutCpu<Side extends object>(side: Side): Side {
  return { ...side, apiCpu: Number.NaN, postgresCpu: Number.NaN };
}
