import type pg from 'pg';
import { iso } from '../model/appointments.ts';
import { PLATFORM } from '../model/start.ts';
import { rows, type Named, type World } from '../model/world.ts';
import { difference } from './compare.ts';
import type { Names } from './names.ts';

/** The tables that hold units, of these organizations, in one look. */
const SNAPSHOT = `
  SELECT (SELECT coalesce(json_agg(row), '[]') FROM (
            SELECT id, total_units AS total, used_units AS used, reserved_units AS reserved, version,
                   end_date::text AS "endDate", cancelled_at IS NOT NULL AS cancelled, entry_seq AS entries
              FROM authorizations WHERE organization_id = ANY($1)) row) AS authorizations,
         (SELECT coalesce(json_agg(row), '[]') FROM (
            SELECT id, patient_id AS patient, practitioner_id AS practitioner, authorization_id AS "authorization",
                   service_code_id AS code, to_char(start_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS start,
                   to_char(end_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS end, status, units_reserved AS held, version
              FROM appointments WHERE organization_id = ANY($1)) row) AS appointments,
         (SELECT coalesce(json_agg(row), '[]') FROM (
            SELECT id, appointment_id AS appointment, units_used AS used, units_unauthorized AS unauthorized, status
              FROM sessions WHERE organization_id = ANY($1)) row) AS sessions`;

type ByName = Readonly<Record<string, unknown>>;

/**
 * Holds the tables against the world: every authorization, appointment and session of the organizations, those too
 * that the last call was not about.
 *
 * @returns what differs, in words
 */
export async function differsFrom(client: pg.Client, world: World, names: Names): Promise<string | undefined> {
  const found = (await client.query<Record<string, unknown>>(SNAPSHOT, [idsOf(world, names)])).rows[0]!;
  for (const [table, expected] of Object.entries(rowsOf(world))) {
    const actual = byId(names.toNames(found[table]) as { id: string }[]);
    const unknown = Object.keys(actual).find((id) => !(id in expected));
    if (unknown) return `${table} should not hold ${unknown}: ${JSON.stringify(actual[unknown])}`;
    const differs = difference(expected, actual, names);
    if (differs) return `${table}: ${differs}`;
  }
  return undefined;
}

/** The ids of the world's practices; the super admins' organization is all sequences'. */
export function idsOf(world: World, names: Names): string[] {
  return rows(world, 'organizations')
    .filter(({ name }) => name !== PLATFORM)
    .map(({ name }) => names.real(name));
}

function byId(found: readonly { id: string }[]): ByName {
  return Object.fromEntries(found.map(({ id, ...row }) => [id, row]));
}

function rowsOf(world: World): Record<string, ByName> {
  return {
    authorizations: byName(rows(world, 'authorizations'), (row) => ({
      ...{ total: row.total, used: row.used, reserved: row.reserved, version: row.version },
      ...{ endDate: row.endDate, cancelled: row.cancelled, entries: row.ledger.flat().length },
    })),
    appointments: byName(rows(world, 'appointments'), (row) => ({
      ...{ patient: row.patient, practitioner: row.practitioner, authorization: row.authorization, code: row.code },
      ...{ start: iso(row.start), end: iso(row.end), status: row.status, held: row.held, version: row.version },
    })),
    sessions: byName(rows(world, 'sessions'), (row) => ({
      ...{ appointment: row.appointment, used: row.used, unauthorized: row.unauthorized },
      status: row.unauthorized > 0 ? 'REQUIRES_REVIEW' : 'COMPLETED',
    })),
  };
}

function byName<R extends Named>(all: readonly R[], row: (row: R) => object): ByName {
  return Object.fromEntries(all.map((each) => [each.name, row(each)]));
}
