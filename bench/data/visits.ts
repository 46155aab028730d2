import { idSql, Kind, organizationId } from '../ids.ts';
import { FIRST_WEEK, PATIENTS_OF_PRACTITIONER, VISITS_OF_WEEK, type Calendar } from './plan.ts';

/** What follows in an organization of CALENDARS upon practiceOf: weeks of visits, as years of work would have left them. */
export function visitsOf(organization: number, { practitioners, weeks }: Calendar): string[] {
  const tenant = `'${organizationId(organization)}'::uuid`;
  const id = (kind: Kind, n: string): string => idSql(kind, organization, n);
  const people = `${id(Kind.PATIENT, 'a')}, ${id(Kind.PRACTITIONER, 'p')}, ${id(Kind.AUTHORIZATION, 'a')}, ${id(Kind.SERVICE_CODE, '1')}`;
  return [
    // Of a practitioner's 40 visits a week, five for each of eight patients, 32 are completed, 4 cancelled, 4 not yet entered.
    `CREATE TEMP TABLE visit ON COMMIT DROP AS
     SELECT row_number() OVER (ORDER BY week, p, day, hour) AS n, p, (p - 1) * ${PATIENTS_OF_PRACTITIONER} + hour + 1 AS a,
            week * 5 + day AS turn,
            timestamptz '${FIRST_WEEK} 14:00Z' + (week * 7 + day) * interval '1 day' + hour * interval '1 hour' AS start_time,
            CASE (day * 8 + hour) % 10 WHEN 8 THEN 'SCHEDULED' WHEN 9 THEN 'CANCELLED' ELSE 'COMPLETED' END AS status
       FROM generate_series(0, ${weeks} - 1) week, generate_series(1, ${practitioners}) p, generate_series(0, 4) day,
            generate_series(0, ${VISITS_OF_WEEK / 5} - 1) hour`,
    `CREATE TEMP TABLE move ON COMMIT DROP AS
     SELECT a, n, kind, to_reserved, to_used, 1 + row_number() OVER running AS seq, sum(to_reserved) OVER running AS reserved,
            sum(to_used) OVER running AS used, CASE kind WHEN 'RESERVE' THEN 4 ELSE 0 END AS held
       FROM (SELECT a, n, turn, 'RESERVE' AS kind, 4 AS to_reserved, 0 AS to_used FROM visit
             UNION ALL SELECT a, n, turn, 'CONSUME', -4, 4 FROM visit WHERE status = 'COMPLETED'
             UNION ALL SELECT a, n, turn, 'RELEASE', -4, 0 FROM visit WHERE status = 'CANCELLED') moved
     WINDOW running AS (PARTITION BY a ORDER BY turn, kind DESC ROWS UNBOUNDED PRECEDING)`,
    'ANALYZE visit, move',
    `INSERT INTO appointments (organization_id, id, patient_id, practitioner_id, authorization_id, service_code_id, start_time, end_time,
                               status, units_reserved, version, created_at, updated_at)
     SELECT ${tenant}, ${id(Kind.APPOINTMENT, 'n')}, ${people}, start_time, start_time + interval '1 hour', status,
            CASE status WHEN 'SCHEDULED' THEN 4 ELSE 0 END, CASE status WHEN 'SCHEDULED' THEN 1 ELSE 2 END, now(), now()
       FROM visit ORDER BY n`,
    `INSERT INTO sessions (organization_id, id, appointment_id, patient_id, practitioner_id, authorization_id, service_code_id, start_time,
                           end_time, duration_minutes, units_used, units_unauthorized, status, created_at, updated_at)
     SELECT ${tenant}, ${id(Kind.SESSION, 'n')}, ${id(Kind.APPOINTMENT, 'n')}, ${people}, start_time, start_time + interval '1 hour', 60,
            4, 0, 'COMPLETED', now(), now() FROM visit WHERE status = 'COMPLETED' ORDER BY n`,
    `INSERT INTO ledger_entries (organization_id, id, authorization_id, seq, kind, units, total_delta, reserved_delta, used_delta,
                                 total_after, reserved_after, used_after, appointment_id, held_after, created_at)
     SELECT ${tenant}, gen_random_uuid(), ${id(Kind.AUTHORIZATION, 'a')}, seq, kind, 4, 0, to_reserved, to_used, total_units, reserved, used,
            ${id(Kind.APPOINTMENT, 'n')}, held, timestamptz '2023-12-01Z' + seq * interval '1 s'
       FROM move JOIN authorizations ON organization_id = ${tenant} AND id = ${id(Kind.AUTHORIZATION, 'a')} ORDER BY n, seq`,
    `UPDATE authorizations SET reserved_units = last.reserved, used_units = last.used, entry_seq = last.seq,
            last_entry_at = timestamptz '2023-12-01Z' + last.seq * interval '1 s'
       FROM (SELECT DISTINCT ON (a) a, seq, reserved, used FROM move ORDER BY a, seq DESC) last
      WHERE organization_id = ${tenant} AND id = ${id(Kind.AUTHORIZATION, 'last.a')}`,
  ];
}
