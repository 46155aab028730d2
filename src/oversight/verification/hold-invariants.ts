import { MOVES } from './entry-invariants.ts';
import type { Invariant } from './invariant.ts';

export const LIVE = `status IN ('SCHEDULED', 'IN_PROGRESS')`;

/** That every reserved unit belongs to a live appointment, and every used unit to a completed session. */
export const holdInvariants: readonly Invariant[] = [
  {
    name: 'reserved_is_held_by_live_appointments',
    meaning: 'The reserved units of an authorization are what its live appointments hold.',
    breaches: `
      SELECT account.organization_id, account.id AS authorization_id, 'reserved' AS what,
             coalesce(held, 0) || ' held by live appointments' AS expected, reserved_units || ' reserved' AS found
        FROM authorizations account
        LEFT JOIN (SELECT organization_id, authorization_id, sum(units_reserved) AS held
                     FROM appointments WHERE ${LIVE} GROUP BY 1, 2) live
          ON live.organization_id = account.organization_id AND live.authorization_id = account.id
       WHERE reserved_units <> coalesce(held, 0)`,
  },
  {
    name: 'used_is_delivered_by_sessions',
    meaning: 'The used units of an authorization are what its sessions used.',
    breaches: `
      SELECT account.organization_id, account.id AS authorization_id, 'used' AS what,
             coalesce(delivered, 0) || ' used by sessions' AS expected, used_units || ' used' AS found
        FROM authorizations account
        LEFT JOIN (SELECT organization_id, authorization_id, sum(units_used) AS delivered FROM sessions GROUP BY 1, 2) visits
          ON visits.organization_id = account.organization_id AND visits.authorization_id = account.id
       WHERE used_units <> coalesce(delivered, 0)`,
  },
  {
    name: 'only_live_appointments_hold',
    meaning: 'An appointment holds units while it is SCHEDULED or IN_PROGRESS, and at no other time.',
    breaches: `
      SELECT organization_id, authorization_id, 'appointment ' || id AS what,
             CASE WHEN ${LIVE} THEN '1 or more held' ELSE '0 held' END AS expected,
             format('%s held, %s', units_reserved, status) AS found
        FROM appointments
       WHERE units_reserved < 0 OR (${LIVE}) <> (units_reserved > 0)`,
  },
  {
    name: 'holds_replay',
    meaning:
      "held_after of an entry is that of the appointment's entry before it, moved by its units; never below zero.",
    breaches: `
      SELECT organization_id, authorization_id, format('entry %s, appointment %s', seq, appointment_id) AS what,
             held_before + to_reserved || ' held' AS expected, held_after || ' held' AS found
        FROM (SELECT organization_id, authorization_id, appointment_id, seq, to_reserved, held_after,
                     coalesce(lag(held_after) OVER of_appointment, 0) AS held_before
                FROM (${MOVES}) move WHERE appointment_id IS NOT NULL
              WINDOW of_appointment AS (PARTITION BY organization_id, appointment_id, authorization_id ORDER BY seq)) entry
       WHERE held_after IS DISTINCT FROM held_before + to_reserved OR held_after < 0`,
  },
  {
    name: 'holds_are_the_sum_of_entries',
    meaning: 'An appointment holds what its entries add up to, of its own authorization, and nothing of any other.',
    breaches: `
      SELECT organization_id, authorization_id, 'appointment ' || appointment_id AS what,
             coalesce(entered, 0) || ' held' AS expected, coalesce(units_reserved, 0) || ' held' AS found
        FROM (SELECT organization_id, appointment_id, authorization_id, sum(to_reserved) AS entered
                FROM (${MOVES}) move WHERE appointment_id IS NOT NULL GROUP BY 1, 2, 3) hold
        FULL JOIN (SELECT organization_id, id AS appointment_id, authorization_id, units_reserved FROM appointments) visit
        USING (organization_id, appointment_id, authorization_id)
       WHERE coalesce(entered, 0) <> coalesce(units_reserved, 0)`,
  },
  {
    name: 'sessions_consume_once',
    meaning:
      "A session's unitsUsed is one CONSUME of its own authorization (none for 0 units); no other visit has one.",
    breaches: `
      SELECT organization_id, authorization_id, 'appointment ' || appointment_id AS what,
             coalesce(units_used, 0) || ' used by its session' AS expected,
             format('%s consumed in %s entries', coalesce(consumed, 0), coalesce(times, 0)) AS found
        FROM (SELECT organization_id, appointment_id, authorization_id, sum(units) AS consumed, count(*) AS times
                FROM ledger_entries WHERE kind = 'CONSUME' GROUP BY 1, 2, 3) entry
        FULL JOIN (SELECT organization_id, appointment_id, authorization_id, sum(units_used) AS units_used
                     FROM sessions GROUP BY 1, 2, 3) visit
        USING (organization_id, appointment_id, authorization_id)
       WHERE coalesce(units_used, 0) <> coalesce(consumed, 0) OR times > 1`,
  },
];
