import { appointmentsOf, calendarOf, CALENDARS, FIRST_WEEK } from '../data/plan.ts';
import { organizationId } from '../ids.ts';
import { measureApi, measureFloor, warmUp, type ApiRound, type Measured } from '../measure/measured.ts';
import { apiSide, cpuRatio, sideOf, type Figures } from '../report/figures.ts';
import type { Api } from '../stage/api.ts';
import type { Stage } from '../stage/stage.ts';
import type { Query } from '../load/job.ts';
import { placesOf } from './page-walk.ts';
import { oneWeek, PAGE_ROWS, pages, weeks } from './queries.ts';
import { requireSameAnswer } from './same-answer.ts';
import { statementsOfWeek } from './week-statements.ts';

const CLIENTS = 16;
/** Comes before a week is measured: of so many at once, most garbage outlives a scavenge (docs/performance.md, "A crowd"). */
const CROWD = { clients: 64, seconds: 5 };
const MILLION = 1_000_000;
const SHARE_COMPLETED = 0.8;
/** In how many organizations pages are turned. */
const READERS = 5;

/** Somebody's week out of 1,000,000 appointments, against the one statement that gives the same JSON. */
export async function week(stage: Stage): Promise<Figures> {
  const { rows = MILLION, rounds = 3, seconds = 4 } = stage.options;
  const database = await stage.database(rows);
  const calendar = calendarOf(rows);
  const api = await stage.api(database);
  const play = playerOf(stage, api, weeks(calendar));
  await playerOf(stage, api, weeks(calendar), CROWD.clients)(CROWD.seconds);
  await warmUp(api, 'reads', play);
  const [query, given] = oneWeek(calendar);
  await requireSameAnswer(database, api.url, query, 'week', given);
  const [answered, floor]: [ApiRound[], Measured[]] = [[], []];
  const variables = { ...ORGANIZATIONS, ...calendar, monday: FIRST_WEEK };
  for (let round = 0; round < rounds; round++) {
    answered.push(await play(seconds));
    if (stage.floors)
      floor.push(await measureFloor(stage, database, { script: 'week', clients: CLIENTS, seconds, variables }));
  }
  const [ours, theirs] = [apiSide('API', answered), sideOf('floor', floor)];
  const statements = await statementsOfWeek(stage, database, weeks(calendar));
  return {
    scenario: 'week',
    sides: stage.floors ? [ours, theirs] : [ours],
    bars: [
      { what: 'throughput against the floor', figure: ours.perSecond / theirs.perSecond, unit: '', atLeast: 0.35 },
      { what: 'CPU of a week against the floor', figure: cpuRatio(ours, theirs), unit: ' x', atMost: 3 },
      { what: 'SQL statements but for BEGIN, tenant, audit, COMMIT', figure: statements.length, unit: '', atMost: 6 },
    ],
    notes: [
      `Out of ${appointmentsOf(calendar).toLocaleString('en')} appointments of ${CALENDARS.count} organizations.`,
    ],
  };
}

/** Ten appointments by a filter: the first page, and page 1,000. */
export async function page(stage: Stage): Promise<Figures> {
  const { rows = MILLION, rounds = 3, seconds = 2 } = stage.options;
  const database = await stage.database(rows);
  const api = await stage.api(database);
  const number = deepPage(rows);
  const places = await placesOf(api.url, number, READERS);
  const playFirst = playerOf(stage, api, pages(places.map(() => undefined)));
  const playDeep = playerOf(stage, api, pages(places.map(({ cursor }) => cursor)));
  await playFirst(2);
  await playDeep(1);
  const [first, deep, floor]: [ApiRound[], ApiRound[], Measured[]] = [[], [], []];
  const [{ id, startTime, cursor }] = places as [(typeof places)[0]];
  const given = { organization: organizationId(CALENDARS.first), after_time: startTime, last: id };
  await requireSameAnswer(database, api.url, pages([cursor]), 'page', given);
  const variables = {
    ...ORGANIZATIONS,
    last_organization: CALENDARS.first + READERS - 1,
    after: Number(id.slice(-12)),
    after_time: startTime,
  };
  for (let round = 0; round < rounds; round++) {
    first.push(await playFirst(seconds));
    deep.push(await playDeep(seconds));
    if (stage.floors)
      floor.push(await measureFloor(stage, database, { script: 'page', clients: CLIENTS, seconds, variables }));
  }
  const [early, late] = [apiSide('page 1', first), apiSide(`page ${number}`, deep)];
  return {
    scenario: 'page',
    sides: [early, late, ...(stage.floors ? [sideOf(`floor of ${number}`, floor)] : [])],
    bars: [
      { what: `page ${number} against page 1`, figure: late.perSecond / early.perSecond, unit: '', atLeast: 0.85 },
    ],
    notes: [],
  };
}

/** 1,000, or the last but one where there are not so many. */
export function deepPage(rows: number): number {
  const completed = (appointmentsOf(calendarOf(rows)) / CALENDARS.count) * SHARE_COMPLETED;
  return Math.min(1_000, Math.floor(completed / PAGE_ROWS) - 1);
}

const ORGANIZATIONS = { first_organization: CALENDARS.first, last_organization: CALENDARS.first + CALENDARS.count - 1 };

function playerOf(stage: Stage, api: Api, query: Query, clients = CLIENTS): (seconds: number) => Promise<ApiRound> {
  return (seconds) => measureApi(stage, [api], { kind: 'query', urls: [api.url], clients, seconds, query });
}
