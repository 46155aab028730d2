import { BOOKING, type HOT } from '../data/plan.ts';
import { idOf, Kind, organizationId, prefixOf } from '../ids.ts';
import type { Bookings, Job } from '../load/job.ts';
import {
  hoursFrom,
  inTurns,
  markUsed,
  measureApi,
  measureFloor,
  warmUp,
  type ApiRound,
  type Measured,
} from '../measure/measured.ts';
import { apiSide, cpuRatio, sideOf, type Bar, type Figures } from '../report/figures.ts';
import { FUTURE, PAST, type Span } from '../slots.ts';
import type { Database } from '../stage/database.ts';
import type { Stage } from '../stage/stage.ts';
import { tokensOf } from '../tokens.ts';

const CLIENTS = 16;

interface Write {
  readonly kind: 'book' | 'visit' | 'cancel';
  readonly throughput: number;
  readonly cpu: number;
}

/** Bookings to come; visits have to be over to be completed. */
const SPANS = { book: FUTURE, cancel: FUTURE, visit: PAST } satisfies Record<Write['kind'], Span>;

export const WRITES: Readonly<Record<Write['kind'], Write>> = {
  book: { kind: 'book', throughput: 0.45, cpu: 2.2 },
  visit: { kind: 'visit', throughput: 0.4, cpu: 2.5 },
  cancel: { kind: 'cancel', throughput: 0.4, cpu: 2.5 },
};

/** Writes over 1,000 authorizations, in turn with the same transactions as SQL; then the ledger is checked. */
export async function write(stage: Stage, { kind, throughput, cpu }: Write): Promise<Figures> {
  const { rows = 10_000, seconds = 4 } = stage.options;
  const database = await stage.database(rows);
  await warmUp(await stage.api(database), 'bookings', (length) => playApi(stage, database, kind, length));
  const { api, floor } = await inTurns(
    stage,
    database,
    () => playApi(stage, database, kind, seconds),
    () => playFloor(stage, database, kind, seconds),
  );
  const verified = await database.verify();
  const [ours, theirs] = [apiSide('API', api), sideOf('floor', floor)];
  return {
    scenario: kind,
    sides: stage.floors ? [ours, theirs] : [ours],
    bars: [
      {
        what: 'throughput against the floor',
        figure: ours.perSecond / theirs.perSecond,
        unit: '',
        atLeast: throughput,
      },
      { what: 'CPU of an operation against the floor', figure: cpuRatio(ours, theirs), unit: ' x', atMost: cpu },
      ...claims(api),
    ],
    notes: [verified],
  };
}

async function playApi(stage: Stage, database: Database, kind: Write['kind'], seconds: number): Promise<ApiRound> {
  const span = SPANS[kind];
  const api = await stage.api(database);
  const job: Job = { kind, urls: [api.url], clients: CLIENTS, seconds, ...bookingsIn(BOOKING, database, span) };
  const measured = await measureApi(stage, [api], job);
  database.slots.use(span, measured.load.slots);
  return measured;
}

async function playFloor(stage: Stage, database: Database, kind: Write['kind'], seconds: number): Promise<Measured> {
  const span = SPANS[kind];
  const variables = { ...variablesOf(BOOKING), ...hoursFrom(database, span), first: 1, last: BOOKING.authorizations };
  const measured = await measureFloor(stage, database, { script: kind, clients: CLIENTS, seconds, variables });
  markUsed(database, span, measured.processed);
  return measured;
}

/** Bookings in an organization, with any of its authorizations. */
export function bookingsIn(
  { organization, practitioners, authorizations, users }: typeof BOOKING | typeof HOT,
  database: Database,
  span: Span = FUTURE,
): Bookings {
  return {
    ...{ organization, practitioners, ...span },
    authorizations: [1, authorizations],
    tokens: tokensOf(organization, users),
    slot: database.slots.from(span),
  };
}

/** What a floor has to know of the organization that it books in. */
export function variablesOf({
  organization,
  practitioners,
}: {
  organization: number;
  practitioners: number;
}): Record<string, string | number> {
  return {
    organization: organizationId(organization),
    practitioners,
    practitioner_prefix: prefixOf(Kind.PRACTITIONER, organization),
    patient_prefix: prefixOf(Kind.PATIENT, organization),
    authorization_prefix: prefixOf(Kind.AUTHORIZATION, organization),
    code: idOf(Kind.SERVICE_CODE, organization, 1),
    actor: idOf(Kind.USER, organization, 1),
  };
}

/** What an earlier design claimed, at 16 clients. */
function claims(rounds: readonly ApiRound[]): Bar[] {
  const latest = (name: string): number[] => rounds.flatMap(({ load }) => load.calls[name]?.mean ?? []);
  const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
  const attempts = (outcome: string): number => rounds.reduce((sum, round) => sum + (round.attempts[outcome] ?? 0), 0);
  const bars: Bar[] = [
    { what: 'create, on average', figure: mean(latest('createAppointment')), unit: ' ms', atMost: 100 },
    {
      what: 'replayed transactions',
      figure: (attempts('replayed') / attempts('committed')) * 100,
      unit: ' %',
      atMost: 0.2,
    },
  ];
  const completed = latest('completeAppointment');
  if (completed.length) bars.push({ what: 'complete, on average', figure: mean(completed), unit: ' ms', atMost: 150 });
  return bars;
}
