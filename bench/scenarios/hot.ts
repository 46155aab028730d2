import { HOT } from '../data/plan.ts';
import { idOf, Kind, organizationId } from '../ids.ts';
import type { Job } from '../load/job.ts';
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
import { median } from '../measure/statistics.ts';
import { apiSide, sideOf, type Figures } from '../report/figures.ts';
import { FUTURE } from '../slots.ts';
import type { Database } from '../stage/database.ts';
import { asClient } from '../stage/server.ts';
import type { Stage } from '../stage/stage.ts';
import { bookingsIn, variablesOf } from './writes.ts';

const CLIENTS = 32;
const UNITS = 4;
/** A round ends when all have asked; this is for one that hangs. */
const LONGEST_SECONDS = 300;
/** Bookings that find units for each second that a round is to last, and how many more are asked for. */
const A_SECOND = 160;
const SHARE_REFUSED = 0.25;

/**
 * Everybody wants the one authorization, which has units for so many bookings and not for one more. What counts is how fast
 * the units are given out. The floor books on another one, of which there is enough.
 */
export async function hot(stage: Stage): Promise<Figures> {
  const { rows = 10_000, seconds = 4 } = stage.options;
  const database = await stage.database(rows);
  const bookings = seconds * A_SECOND;
  await warmUp(await stage.api(database), 'bookings', (length) => playApi(stage, database, length * A_SECOND, 1));
  const { api, floor } = await inTurns(
    stage,
    database,
    (round) => playApi(stage, database, bookings, round + 2),
    () => playFloor(stage, database, seconds),
  );
  const verified = await database.verify();
  const given = median(api.map(({ load }) => load.operations / load.untilLast));
  const ours = { ...apiSide('API', api), perSecond: given, apiCpu: Number.NaN, postgresCpu: Number.NaN };
  const theirs = sideOf('floor', floor);
  const refused = bookings * SHARE_REFUSED;
  return {
    scenario: 'hot',
    sides: stage.floors ? [ours, theirs] : [ours],
    bars: [{ what: 'throughput against the floor', figure: given / theirs.perSecond, unit: '', atLeast: 0.6 }],
    notes: [
      `In each round exactly ${bookings} of ${bookings + refused} got their units, ${refused} INSUFFICIENT_UNITS, no other error.`,
      verified,
    ],
  };
}

/** @throws Error one booking more or fewer than there are units for, or another refusal than INSUFFICIENT_UNITS */
async function playApi(stage: Stage, database: Database, bookings: number, authorization: number): Promise<ApiRound> {
  await limitUnits(database, authorization, bookings * UNITS);
  const api = await stage.api(database);
  const asked = bookings * (1 + SHARE_REFUSED);
  const job: Job = {
    ...{ kind: 'book', urls: [api.url], clients: CLIENTS, seconds: LONGEST_SECONDS, most: asked },
    ...bookingsIn(HOT, database),
    authorizations: [authorization, authorization],
  };
  const measured = await measureApi(stage, [api], job, ['INSUFFICIENT_UNITS']);
  database.slots.use(FUTURE, measured.load.slots);
  const { operations, refused } = measured.load;
  if (operations !== bookings || refused.INSUFFICIENT_UNITS !== asked - bookings)
    throw new Error(
      `Of ${asked} bookings ${bookings} were to succeed, and ${operations} did: ${JSON.stringify(refused)}`,
    );
  return measured;
}

async function playFloor(stage: Stage, database: Database, seconds: number): Promise<Measured> {
  const variables = {
    ...variablesOf(HOT),
    ...hoursFrom(database, FUTURE),
    first: HOT.authorizations,
    last: HOT.authorizations,
  };
  const measured = await measureFloor(stage, database, { script: 'book', clients: CLIENTS, seconds, variables });
  markUsed(database, FUTURE, measured.processed);
  return measured;
}

/** Leaves the authorization as many free units, by an entry of the ledger like every change. */
async function limitUnits({ ownerUrl }: Database, number: number, free: number): Promise<void> {
  const tenant = organizationId(HOT.organization);
  await asClient(ownerUrl, async (owner) => {
    await owner.query(`BEGIN; SELECT set_config('app.organization_id', '${tenant}', true)`);
    await owner.query(
      `WITH before AS (
         SELECT * FROM authorizations WHERE organization_id = $1 AND id = $2 FOR UPDATE
       ), after AS (
         UPDATE authorizations a SET total_units = b.reserved_units + b.used_units + $3, entry_seq = b.entry_seq + 1,
                last_entry_at = clock_timestamp(), version = a.version + 1
           FROM before b WHERE a.organization_id = b.organization_id AND a.id = b.id
         RETURNING a.*, a.total_units - b.total_units AS change
       ), event AS (
         INSERT INTO audit_events (id, organization_id, action, resource, resource_id, patient_id, outcome, details)
         SELECT gen_random_uuid(), organization_id, 'UPDATE_AUTHORIZATION', 'authorization', id, patient_id, 'SUCCESS',
                json_build_object('fields', json_build_array('totalUnits')) FROM after
       )
       INSERT INTO ledger_entries (organization_id, id, authorization_id, seq, kind, units, total_delta, reserved_delta, used_delta,
                                   total_after, reserved_after, used_after, reason, created_at)
       SELECT organization_id, gen_random_uuid(), id, entry_seq, 'ADJUST', change, change, 0, 0, total_units, reserved_units,
              used_units, 'so many and no more', last_entry_at FROM after`,
      [tenant, idOf(Kind.AUTHORIZATION, HOT.organization, number), free],
    );
    await owner.query('COMMIT');
  });
}
