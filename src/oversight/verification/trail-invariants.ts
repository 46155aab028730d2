import type { Invariant } from './invariant.ts';

/** Objects whose rows say which changes were made to them. */
interface Told {
  readonly resource: 'appointment' | 'authorization' | 'session';
  /** A query for organization_id, id, authorization_id, created_at, and what `times` is written in. */
  readonly objects: string;
  /** How often each action was done to an object. Each adds one to its version. */
  readonly times: Readonly<Record<string, string>>;
}

const TOLD: readonly Told[] = [
  {
    resource: 'appointment',
    objects: `
      SELECT organization_id, id, authorization_id, created_at, version - 1 AS steps, started_at IS NOT NULL AS started, status
        FROM appointments`,
    times: {
      CREATE_APPOINTMENT: '1',
      UPDATE_APPOINTMENT: `steps - started::int - (status IN ('CANCELLED', 'NO_SHOW', 'COMPLETED'))::int`,
      START_APPOINTMENT: 'started::int',
      CANCEL_APPOINTMENT: `(status = 'CANCELLED')::int`,
      NO_SHOW_APPOINTMENT: `(status = 'NO_SHOW')::int`,
      COMPLETE_APPOINTMENT: `(status = 'COMPLETED')::int`,
    },
  },
  {
    resource: 'authorization',
    objects: `
      SELECT organization_id, id, id AS authorization_id, created_at, version - 1 AS steps,
             cancelled_at IS NOT NULL AS cancelled
        FROM authorizations`,
    times: {
      CREATE_AUTHORIZATION: '1',
      UPDATE_AUTHORIZATION: 'steps - cancelled::int',
      CANCEL_AUTHORIZATION: 'cancelled::int',
    },
  },
  {
    resource: 'session',
    objects: 'SELECT organization_id, id, authorization_id, created_at FROM sessions',
    times: { CREATE_SESSION: '1' },
  },
];

/** What the key of an operation was claimed for, once for each object. An update may change nothing, and has no event then. */
const MADE_ONCE: Readonly<Record<string, string>> = {
  createAppointment: 'CREATE_APPOINTMENT',
  cancelAppointment: 'CANCEL_APPOINTMENT',
  completeAppointment: 'CREATE_SESSION',
};

/**
 * Since when an organization's trail is complete: from its founding on, unless the oldest months were put away after the
 * years that they must be kept. What is older than that is not missed. In one pass, not a look at the trail for each of
 * thousands of organizations.
 */
const COMPLETE = `
  (SELECT organization_id, CASE WHEN bool_or(is_founding) THEN '-infinity' ELSE min(occurred_at) END AS since
     FROM (SELECT CASE action WHEN 'CREATE_ORGANIZATION' THEN resource_id ELSE organization_id END AS organization_id,
                  action = 'CREATE_ORGANIZATION' AS is_founding, occurred_at FROM audit_events) event
    GROUP BY 1)`;

/** A transaction of the application ends within seconds. */
const LATE = `interval '10 minutes'`;

/** A key whose event is of another user. Those that the version before this one claimed name none. */
const OF_ANOTHER = `user_id NOT IN (actor_id, '00000000-0000-0000-0000-000000000000')`;

/** That the audit trail tells of every change once, and of none that was not made. */
export const trailInvariants: readonly Invariant[] = [
  {
    name: 'every_change_has_one_event',
    meaning:
      'Each making, step and change of an appointment, an authorization or a session is one event of the audit trail, ' +
      'in its organization; no event tells of one that was not made.',
    breaches: TOLD.map(untold).join(' UNION ALL '),
  },
  {
    name: 'adjustments_have_one_event',
    meaning: 'Each ADJUST of an authorization is one event of the audit trail that says that the total was changed.',
    breaches: `
      SELECT organization_id, authorization_id, 'ADJUST' AS what, coalesce(adjusted, 0) || ' events' AS expected,
             coalesce(told, 0) || ' events' AS found
        FROM (SELECT organization_id, authorization_id, count(*) AS adjusted, min(created_at) AS first_at
                FROM ledger_entries WHERE kind = 'ADJUST' GROUP BY 1, 2) entry
        FULL JOIN (SELECT organization_id, resource_id AS authorization_id, count(*) AS told
                     FROM audit_events
                    WHERE action = 'UPDATE_AUTHORIZATION' AND outcome = 'SUCCESS' AND details ->> 'fields' LIKE '%"totalUnits"%'
                    GROUP BY 1, 2) event
        USING (organization_id, authorization_id)
        LEFT JOIN ${COMPLETE} trail USING (organization_id)
       WHERE coalesce(told, 0) > coalesce(adjusted, 0) OR coalesce(told, 0) < adjusted AND first_at >= since`,
  },
  {
    name: 'idempotency_keys_answer_what_they_made',
    meaning:
      'What a repeated call would be answered with was made by the call that claimed the key: its event came within ' +
      'minutes after the key, of the same user where the key names one, and no other key of the operation has the same answer.',
    breaches: `
      SELECT organization_id, NULL::uuid AS authorization_id, 'key of ' || operation AS what,
             format('the only one of %s, and before its event', resource_id) AS expected,
             format('%s of them, %s', keys, CASE WHEN occurred_at IS NULL THEN 'no event' WHEN ${OF_ANOTHER} THEN 'of another user'
               ELSE extract(epoch FROM occurred_at - created_at) || ' s before its event' END) AS found
        FROM (SELECT key.*, occurred_at, actor_id
                FROM (SELECT organization_id, operation, resource_id, count(*) AS keys, max(created_at) AS created_at,
                             max(user_id::text) AS user_id
                        FROM idempotency_keys WHERE operation IN (${quoted(Object.keys(MADE_ONCE))}) GROUP BY 1, 2, 3) key
                LEFT JOIN (SELECT organization_id, resource_id, ${operationOf('action')} AS operation,
                                  min(occurred_at) AS occurred_at, min(actor_id::text) AS actor_id
                             FROM audit_events WHERE action IN (${quoted(Object.values(MADE_ONCE))}) AND outcome = 'SUCCESS'
                            GROUP BY 1, 2, 3) event
                USING (organization_id, operation, resource_id)
               WHERE keys > 1 OR occurred_at IS NULL OR ${OF_ANOTHER}
                  OR occurred_at NOT BETWEEN created_at AND created_at + ${LATE}) key
        LEFT JOIN ${COMPLETE} trail USING (organization_id)
       WHERE keys > 1 OR occurred_at IS NOT NULL OR created_at >= since`,
  },
];

function untold({ resource, objects, times }: Told): string {
  const counts: string[] = [];
  const steps: { action: string; made: string; told: string }[] = [];
  for (const [index, [action, made]] of Object.entries(times).entries()) {
    counts.push(`count(*) FILTER (WHERE action = '${action}') AS told_${index}`);
    steps.push({
      action,
      made: `CASE WHEN created_at IS NULL THEN 0 ELSE ${made} END`,
      told: `coalesce(told_${index}, 0)`,
    });
  }
  // what is told as often as it was made, which is all of them as a rule, goes no further than the first join
  return `
      SELECT organization_id, authorization_id, format('%s of ${resource} %s', action, id) AS what,
             made || ' events' AS expected, told || ' events' AS found
        FROM (SELECT *
                FROM (${objects}) object
                FULL JOIN (SELECT organization_id, resource_id AS id, ${counts.join(', ')} FROM audit_events
                            WHERE action IN (${quoted(Object.keys(times))}) AND outcome = 'SUCCESS' GROUP BY 1, 2) event
                USING (organization_id, id)
               WHERE ${steps.map(({ made, told }) => `${made} <> ${told}`).join(' OR ')}) changed
        LEFT JOIN ${COMPLETE} trail USING (organization_id)
       CROSS JOIN LATERAL (VALUES ${steps.map(({ action, made, told }) => `('${action}', ${made}, ${told})`).join(', ')}) step (action, made, told)
       WHERE told > made OR told < made AND created_at >= since`;
}

/** SQL: the operation whose keys were claimed for what an event tells. */
function operationOf(action: string): string {
  const operations = Object.entries(MADE_ONCE).map(([operation, made]) => `WHEN '${made}' THEN '${operation}'`);
  return `CASE ${action} ${operations.join(' ')} END`;
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}
