import type { Invariant } from './invariant.ts';

/**
 * What an entry moves, said once more in SQL, so as not to believe the code that wrote it (authorizations/balance.ts):
 * an unknown kind moves nothing, and so breaks the replay.
 */
export const MOVES = `
  SELECT entry.*,
         CASE WHEN kind IN ('GRANT', 'ADJUST') THEN units ELSE 0 END AS to_total,
         CASE kind WHEN 'RESERVE' THEN units WHEN 'RELEASE' THEN -units WHEN 'CONSUME' THEN -units ELSE 0 END AS to_reserved,
         CASE kind WHEN 'CONSUME' THEN units ELSE 0 END AS to_used
    FROM ledger_entries entry`;

const IN_ORDER = 'WINDOW in_order AS (PARTITION BY organization_id, authorization_id ORDER BY seq)';

/** The entries of an authorization, and that they add up to its balance. */
export const entryInvariants: readonly Invariant[] = [
  {
    name: 'entries_have_no_gaps',
    meaning: 'The entries of an authorization are numbered 1, 2, 3 and so on; none is missing or there twice.',
    breaches: `
      SELECT organization_id, authorization_id, 'entry ' || seq AS what, 'seq ' || expected AS expected, 'seq ' || seq AS found
        FROM (SELECT organization_id, authorization_id, seq, coalesce(lag(seq) OVER in_order, 0) + 1 AS expected
                FROM ledger_entries ${IN_ORDER}) entry
       WHERE seq <> expected`,
  },
  {
    name: 'entries_follow_time',
    meaning: 'An entry is never older than the one before it.',
    breaches: `
      SELECT organization_id, authorization_id, 'entry ' || seq AS what, 'not before entry ' || before AS expected,
             extract(epoch FROM age) || ' s before it' AS found
        FROM (SELECT organization_id, authorization_id, seq, lag(seq) OVER in_order AS before,
                     lag(created_at) OVER in_order - created_at AS age
                FROM ledger_entries ${IN_ORDER}) entry
       WHERE age > interval '0'`,
  },
  {
    name: 'entries_say_what_their_kind_moves',
    meaning: 'Kind, units, deltas, appointment and reason of an entry fit each other; the first is the only GRANT.',
    breaches: `
      SELECT organization_id, authorization_id, 'entry ' || seq AS what,
             format('%s by %s/%s/%s', kind, to_total, to_reserved, to_used) AS expected,
             format('%s of %s by %s/%s/%s', kind, units, total_delta, reserved_delta, used_delta) AS found
        FROM (${MOVES}) entry
       WHERE kind NOT IN ('GRANT', 'RESERVE', 'RELEASE', 'CONSUME', 'ADJUST')
          OR (total_delta, reserved_delta, used_delta) <> (to_total, to_reserved, to_used)
          OR units = 0 OR units < 0 AND kind <> 'ADJUST'
          OR (kind = 'GRANT') <> (seq = 1)
          OR (kind IN ('GRANT', 'ADJUST')) <> (appointment_id IS NULL)
          OR (appointment_id IS NULL) <> (held_after IS NULL)
          OR kind = 'ADJUST' AND reason IS NULL`,
  },
  {
    name: 'entries_replay',
    meaning: 'Each entry ends where the one before it ended, moved by its units; the first starts from nothing.',
    breaches: `
      SELECT organization_id, authorization_id, 'entry ' || seq AS what,
             format('%s/%s/%s', total_before + to_total, reserved_before + to_reserved, used_before + to_used) AS expected,
             format('%s/%s/%s', total_after, reserved_after, used_after) AS found
        FROM (SELECT organization_id, authorization_id, seq, to_total, to_reserved, to_used, total_after, reserved_after,
                     used_after, coalesce(lag(total_after) OVER in_order, 0) AS total_before,
                     coalesce(lag(reserved_after) OVER in_order, 0) AS reserved_before,
                     coalesce(lag(used_after) OVER in_order, 0) AS used_before
                FROM (${MOVES}) move ${IN_ORDER}) entry
       WHERE (total_after, reserved_after, used_after)
             <> (total_before + to_total, reserved_before + to_reserved, used_before + to_used)`,
  },
  {
    name: 'balances_are_the_sum_of_entries',
    meaning: 'Total, reserved, used, entry_seq and last_entry_at of an authorization are what its entries add up to.',
    breaches: `
      SELECT account.organization_id, account.id AS authorization_id, 'balance' AS what,
             format('%s/%s/%s after %s entries', coalesce(total, 0), coalesce(reserved, 0), coalesce(used, 0),
                    coalesce(entries, 0)) AS expected,
             format('%s/%s/%s after %s entries%s', total_units, reserved_units, used_units, entry_seq,
                    CASE WHEN last_entry_at IS DISTINCT FROM newest THEN ', last_entry_at is not the last one''s' END) AS found
        FROM authorizations account
        LEFT JOIN (SELECT organization_id, authorization_id, sum(to_total) AS total, sum(to_reserved) AS reserved,
                          sum(to_used) AS used, count(*) AS entries, max(created_at) AS newest
                     FROM (${MOVES}) move GROUP BY 1, 2) replay
          ON replay.organization_id = account.organization_id AND replay.authorization_id = account.id
       WHERE (total_units, reserved_units, used_units, entry_seq) IS DISTINCT FROM (total, reserved, used, entries)
          OR last_entry_at IS DISTINCT FROM newest`,
  },
  {
    name: 'never_overdrawn',
    meaning: 'used + reserved <= total, none below zero: of every authorization now, and after each of its entries.',
    breaches: `
      SELECT organization_id, authorization_id, what, 'used + reserved <= ' || total AS expected,
             format('%s used + %s reserved', used, reserved) AS found
        FROM (SELECT organization_id, id AS authorization_id, 'balance' AS what, total_units AS total,
                     reserved_units AS reserved, used_units AS used FROM authorizations
              UNION ALL
              SELECT organization_id, authorization_id, 'entry ' || seq, total_after, reserved_after, used_after
                FROM ledger_entries) account
       WHERE reserved < 0 OR used < 0 OR reserved::bigint + used > total`,
  },
];
