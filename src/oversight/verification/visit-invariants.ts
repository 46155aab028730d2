import { plusDays, startOfLocalDate } from '../../foundation/time/local-date.ts';
import { LIVE } from './hold-invariants.ts';
import type { Ask, Invariant } from './invariant.ts';

/** Two live appointments of one person at a time. Intervals are half-open: 9-10 and 10-11 do not touch. */
function neverTwiceAtATime(person: 'practitioner' | 'patient'): Invariant {
  return {
    name: `${person}_is_never_booked_twice`,
    meaning: `A ${person} has one live appointment at a time.`,
    breaches: `
      SELECT organization_id, authorization_id, 'appointment ' || id AS what,
             'no live appointment of ${person} ' || person_id || ' before it that is not over' AS expected,
             extract(epoch FROM busy_until - start_time)::bigint || ' s shared' AS found
        FROM (SELECT organization_id, authorization_id, id, ${person}_id AS person_id, start_time,
                     max(end_time) OVER (PARTITION BY organization_id, ${person}_id ORDER BY start_time, end_time, id
                                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
                FROM appointments WHERE ${LIVE}) visit
       WHERE busy_until > start_time`,
  };
}

/**
 * The local dates on which authorizations begin and end, with the instants between which each of them lies: by the time zone
 * database that booked the visits, which is not PostgreSQL's.
 */
async function daysOfAuthorizations(ask: Ask): Promise<unknown[]> {
  const days = await ask<{ time_zone: string; date: string }>(
    `SELECT DISTINCT time_zone, date::text FROM authorizations JOIN organizations organization ON organization.id = organization_id,
            unnest(ARRAY[start_date, end_date]) AS date`,
  );
  return [
    days.map(({ time_zone }) => time_zone),
    days.map(({ date }) => date),
    days.map(({ time_zone, date }) => startOfLocalDate(date, time_zone)),
    days.map(({ time_zone, date }) => startOfLocalDate(plusDays(date, 1), time_zone)),
  ];
}

/** Appointments and the sessions that they become. */
export const visitInvariants: readonly Invariant[] = [
  neverTwiceAtATime('practitioner'),
  neverTwiceAtATime('patient'),
  {
    name: 'live_appointments_are_inside_their_authorization',
    meaning: "A live appointment's authorization is its patient's, is not cancelled and covers its local start date.",
    breaches: `
      WITH days AS (SELECT * FROM unnest($1::text[], $2::date[], $3::timestamptz[], $4::timestamptz[])
                              AS day(time_zone, date, starts, ends))
      SELECT visit.organization_id, visit.authorization_id, 'appointment ' || visit.id AS what,
             'the authorization of its patient, not cancelled, within its dates' AS expected,
             concat_ws(', ', CASE WHEN account.patient_id <> visit.patient_id THEN 'another patient''s' END,
                       CASE WHEN account.cancelled_at IS NOT NULL THEN 'cancelled' END,
                       CASE WHEN start_time < opens THEN ceil(extract(epoch FROM opens - start_time) / 86400) || ' days early' END,
                       CASE WHEN start_time >= closes THEN floor(extract(epoch FROM start_time - closes) / 86400) + 1 || ' days late' END
             ) AS found
        FROM (SELECT * FROM appointments WHERE ${LIVE}) visit
        JOIN (SELECT organization_id, authorizations.id, patient_id, cancelled_at, first.starts AS opens, last.ends AS closes
                FROM authorizations JOIN organizations organization ON organization.id = organization_id
                JOIN days first ON first.time_zone = organization.time_zone AND first.date = start_date
                JOIN days last ON last.time_zone = organization.time_zone AND last.date = end_date) account
          ON account.organization_id = visit.organization_id AND account.id = visit.authorization_id
       WHERE account.patient_id <> visit.patient_id OR account.cancelled_at IS NOT NULL
          OR start_time < opens OR start_time >= closes`,
    parameters: daysOfAuthorizations,
  },
  {
    name: 'service_codes_are_covered',
    meaning: 'An authorization covers at least one service code, and the codes of its appointments and sessions.',
    breaches: `
      SELECT visit.organization_id, visit.authorization_id, what, 'a covered service code' AS expected,
             coalesce('service code ' || visit.service_code_id, 'none') AS found
        FROM (SELECT organization_id, authorization_id, service_code_id, 'appointment ' || id AS what FROM appointments
              UNION ALL
              SELECT organization_id, authorization_id, service_code_id, 'session ' || id FROM sessions) visit
        LEFT JOIN authorization_service_codes cover
          ON cover.organization_id = visit.organization_id AND cover.authorization_id = visit.authorization_id
             AND cover.service_code_id = visit.service_code_id
       WHERE cover.service_code_id IS NULL
      UNION ALL
      SELECT account.organization_id, account.id, 'service codes', '1 or more', '0'
        FROM authorizations account
        LEFT JOIN authorization_service_codes cover
          ON cover.organization_id = account.organization_id AND cover.authorization_id = account.id
       WHERE cover.service_code_id IS NULL`,
  },
  {
    name: 'completed_appointments_have_one_session',
    meaning: 'A completed appointment has one session, any other has none.',
    breaches: `
      SELECT organization_id, visit.authorization_id, 'appointment ' || id AS what,
             CASE status WHEN 'COMPLETED' THEN '1 session' ELSE '0 sessions' END AS expected,
             coalesce(times, 0) || ' of ' || status AS found
        FROM appointments visit
        LEFT JOIN (SELECT organization_id, appointment_id AS id, count(*) AS times FROM sessions GROUP BY 1, 2) session
        USING (organization_id, id)
       WHERE coalesce(times, 0) <> CASE status WHEN 'COMPLETED' THEN 1 ELSE 0 END`,
  },
  {
    name: 'sessions_are_of_their_appointment',
    meaning:
      'A session has the patient, practitioner, authorization and service code of its appointment, and is ' +
      'REQUIRES_REVIEW where, and only where, units were unauthorized.',
    breaches: `
      SELECT session.organization_id, session.authorization_id, 'session ' || session.id AS what,
             'as its appointment ' || appointment_id AS expected,
             concat_ws(', ', CASE WHEN session.patient_id <> visit.patient_id THEN 'another patient' END,
                       CASE WHEN session.practitioner_id <> visit.practitioner_id THEN 'another practitioner' END,
                       CASE WHEN session.authorization_id <> visit.authorization_id THEN 'another authorization' END,
                       CASE WHEN session.service_code_id <> visit.service_code_id THEN 'another service code' END,
                       format('%s with %s used, %s unauthorized', session.status, units_used, units_unauthorized)) AS found
        FROM sessions session
        JOIN (SELECT organization_id, id, patient_id, practitioner_id, authorization_id, service_code_id
                FROM appointments) visit
          ON visit.organization_id = session.organization_id AND visit.id = session.appointment_id
       WHERE (session.patient_id, session.practitioner_id, session.authorization_id, session.service_code_id)
             <> (visit.patient_id, visit.practitioner_id, visit.authorization_id, visit.service_code_id)
          OR units_used < 0 OR units_unauthorized < 0
          OR (session.status = 'REQUIRES_REVIEW') <> (units_unauthorized > 0)`,
  },
];
