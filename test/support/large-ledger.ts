import { randomUUID } from 'node:crypto';
import { connected } from './sql.ts';

/** What 50 visits of one authorization write: see VISITS. */
const ENTRIES_OF_AUTHORIZATION = 96;

/**
 * Fills organizations, a new one if none is named, with at least so many ledger entries together, as years of visits would
 * have written them: set by set, so that a million takes a minute or two, and past the services, yet not past any
 * constraint, trigger or policy. PostgreSQL's statistics are of them, unless `analyze` is off.
 *
 * @returns how many there are
 */
export async function fillLedger(
  ownerUrl: string,
  entries: number,
  { organizations = [randomUUID()], analyze = true }: { organizations?: readonly string[]; analyze?: boolean } = {},
): Promise<number> {
  const authorizations = Math.ceil(entries / organizations.length / ENTRIES_OF_AUTHORIZATION);
  await connected(ownerUrl, async (client) => {
    for (const organization of organizations) {
      await client.query('BEGIN');
      await client.query(`SELECT set_config('app.organization_id', $1, true), set_config('work_mem', '256MB', true)`, [
        organization,
      ]);
      await client.query(
        `INSERT INTO organizations VALUES ($1, 'Large', 'America/New_York', now()) ON CONFLICT (id) DO NOTHING`,
        [organization],
      );
      for (const step of STEPS)
        await client.query(
          step
            .replaceAll(':organization', `'${organization}'::uuid`)
            .replaceAll(':authorizations', `${authorizations}`),
        );
      await client.query('COMMIT');
    }
    if (analyze) await client.query('ANALYZE');
  });
  return organizations.length * authorizations * ENTRIES_OF_AUTHORIZATION;
}

/** A practitioner for 8 authorizations, each of a patient of its own; 50 visits on 50 days, an hour of the day for each. */
const PEOPLE = `
  CREATE TEMP TABLE account ON COMMIT DROP AS
  SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS patient_id,
         first_value(id) OVER (PARTITION BY n / 8 ORDER BY n) AS practitioner_id
    FROM (SELECT n, gen_random_uuid() AS id FROM generate_series(0, :authorizations - 1) n) person`;

/**
 * Of 10 visits 6 are completed as booked (RESERVE, CONSUME), 1 is shorter (RESERVE, CONSUME, RELEASE), 1 is cancelled
 * (RESERVE, RELEASE), 2 are to come (RESERVE): 19 entries, and one GRANT at the start.
 */
const VISITS = `
  CREATE TEMP TABLE visit ON COMMIT DROP AS
  SELECT account.id AS authorization_id, patient_id, practitioner_id, gen_random_uuid() AS id, day,
         timestamptz '2025-01-01 14:00Z' + day * interval '1 day' + (n % 8) * interval '1 hour' AS start_time,
         CASE WHEN day % 10 < 7 THEN 'COMPLETED' WHEN day % 10 = 7 THEN 'CANCELLED' ELSE 'SCHEDULED' END AS status,
         CASE WHEN day % 10 < 6 THEN 4 WHEN day % 10 = 6 THEN 3 ELSE 0 END AS used
    FROM account, generate_series(0, 49) day`;

const MOVES = `
  CREATE TEMP TABLE move ON COMMIT DROP AS
  SELECT authorization_id, appointment_id, kind, units,
         row_number() OVER running AS seq,
         CASE kind WHEN 'GRANT' THEN units ELSE 0 END AS to_total, to_reserved,
         CASE kind WHEN 'CONSUME' THEN units ELSE 0 END AS to_used,
         sum(to_reserved) OVER running AS reserved_after,
         sum(CASE kind WHEN 'CONSUME' THEN units ELSE 0 END) OVER running AS used_after,
         sum(to_reserved) OVER (PARTITION BY appointment_id ORDER BY at, kind ROWS UNBOUNDED PRECEDING) AS held_after
    FROM (SELECT id AS authorization_id, NULL::uuid AS appointment_id, 'GRANT' AS kind, 400 AS units, 0 AS to_reserved, -1 AS at
            FROM account
          UNION ALL SELECT authorization_id, id, 'RESERVE', 4, 4, day FROM visit
          UNION ALL SELECT authorization_id, id, 'CONSUME', used, -used, day + 5 FROM visit WHERE used > 0
          UNION ALL SELECT authorization_id, id, 'RELEASE', 4 - used, used - 4, day + 5 FROM visit
                     WHERE status <> 'SCHEDULED' AND used < 4) moved
  WINDOW running AS (PARTITION BY authorization_id ORDER BY at, appointment_id, kind ROWS UNBOUNDED PRECEDING)`;

const STEPS = [
  PEOPLE,
  VISITS,
  MOVES,
  'ANALYZE account, visit, move',
  `INSERT INTO practitioners SELECT :organization, practitioner_id, 'Pat', 'P', 'pat', 'p', 'L', 'ABA', now(), now()
     FROM account GROUP BY 2`,
  `INSERT INTO patients SELECT :organization, patient_id, 'Ann', 'A', 'ann', 'a', '2015-05-05', n, n, NULL, now(), now() FROM account`,
  `INSERT INTO service_codes VALUES (:organization, :organization, 'LARGE', 'Treatment', true, 15, 8, 8, now(), now())`,
  `INSERT INTO authorizations
   SELECT :organization, id, patient_id, NULL, NULL, 400, reserved, used, entries, timestamptz '2025-01-01Z' + entries * interval '1 s',
          '2025-01-01', '2025-12-31', NULL, NULL, 1, now(), now()
     FROM account JOIN (SELECT authorization_id AS id, sum(to_reserved) AS reserved, sum(to_used) AS used, count(*) AS entries
                          FROM move GROUP BY 1) replay USING (id)`,
  'INSERT INTO authorization_service_codes SELECT :organization, id, :organization FROM account',
  `INSERT INTO appointments (organization_id, id, patient_id, practitioner_id, authorization_id, service_code_id, start_time,
                             end_time, status, units_reserved, version, created_at, updated_at)
   SELECT :organization, id, patient_id, practitioner_id, authorization_id, :organization, start_time,
          start_time + interval '1 hour', status, CASE status WHEN 'SCHEDULED' THEN 4 ELSE 0 END,
          CASE status WHEN 'SCHEDULED' THEN 1 ELSE 2 END, now(), now() FROM visit`,
  `INSERT INTO sessions (organization_id, id, appointment_id, patient_id, practitioner_id, authorization_id, service_code_id,
                         start_time, end_time, duration_minutes, units_used, units_unauthorized, status, created_at, updated_at)
   SELECT :organization, gen_random_uuid(), id, patient_id, practitioner_id, authorization_id, :organization, start_time,
          start_time + interval '1 hour', 60, used, 0, 'COMPLETED', now(), now() FROM visit WHERE status = 'COMPLETED'`,
  `INSERT INTO ledger_entries (organization_id, id, authorization_id, seq, kind, units, total_delta, reserved_delta, used_delta,
                               total_after, reserved_after, used_after, appointment_id, held_after, created_at)
   SELECT :organization, gen_random_uuid(), authorization_id, seq, kind, units, to_total, to_reserved, to_used, 400,
          reserved_after, used_after, appointment_id, CASE WHEN appointment_id IS NOT NULL THEN held_after END,
          timestamptz '2025-01-01Z' + seq * interval '1 s' FROM move`,
  `INSERT INTO audit_events (id, occurred_at, organization_id, action, resource, resource_id, outcome)
   SELECT gen_random_uuid(), now(), :organization, action, resource, id, 'SUCCESS'
     FROM (SELECT 'CREATE_AUTHORIZATION' AS action, 'authorization' AS resource, id FROM account
           UNION ALL SELECT 'CREATE_APPOINTMENT', 'appointment', id FROM visit
           UNION ALL SELECT CASE status WHEN 'COMPLETED' THEN 'COMPLETE_APPOINTMENT' ELSE 'CANCEL_APPOINTMENT' END, 'appointment', id
                       FROM visit WHERE status <> 'SCHEDULED'
           UNION ALL SELECT 'CREATE_SESSION', 'session', sessions.id FROM sessions JOIN visit ON visit.id = appointment_id) event`,
  `INSERT INTO idempotency_keys (organization_id, operation, key, request_hash, resource_id, created_at)
   SELECT :organization, operation, id, '', id, now() - interval '1 s'
     FROM (SELECT 'createAppointment' AS operation, id FROM visit
           UNION ALL SELECT 'cancelAppointment', id FROM visit WHERE status = 'CANCELLED'
           UNION ALL SELECT 'completeAppointment', sessions.id FROM sessions JOIN visit ON visit.id = appointment_id) made`,
];
