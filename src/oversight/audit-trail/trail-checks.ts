import { NO_SEAL, NOBODY, rowHash, sealHash } from './seal-format.ts';
import { WALL_FAULTS } from './wall-checks.ts';

/** What is wrong with the trail. */
export enum Problem {
  /** An event is not what was sealed. */
  CHANGED = 'CHANGED',
  /** An event that was sealed is gone. */
  REMOVED = 'REMOVED',
  /** An event claims to be older than the seals that should hold it. */
  INSERTED = 'INSERTED',
  /** A seal does not fit its events, or the seal before it. */
  BROKEN_SEAL = 'BROKEN_SEAL',
  /** A seal is gone. */
  MISSING_SEAL = 'MISSING_SEAL',
  /** A seal is not the one that was anchored outside the database. */
  NOT_AS_ANCHORED = 'NOT_AS_ANCHORED',
  /** A table of the trail lacks a wall, or has a hole in one. */
  UNGUARDED = 'UNGUARDED',
}

export interface Difference {
  readonly problem: Problem;
  readonly what: string;
  readonly organizationId?: string | null;
  readonly eventId?: string | null;
  readonly seal?: number | null;
}

/** Each check lists at most so many differences, and counts them all. */
export const MOST_NAMED = 1_000;

/** A transaction of the application ends within seconds; what appears later than this was not written when it says. */
const LATE = `interval '10 minutes'`;

const named = (rows: string): string =>
  `SELECT *, count(*) OVER ()::int AS total FROM (${rows}) difference LIMIT ${MOST_NAMED}`;

/** Every event is held by a seal that was made soon after it, and is what it was then. */
const EVENTS = named(`
  SELECT problem, organization_id AS "organizationId", event_id AS "eventId", seq AS seal,
         CASE problem
           WHEN 'REMOVED' THEN 'was sealed and is gone'
           WHEN 'CHANGED' THEN 'is not what was sealed'
           ELSE 'says that it occurred at ' || occurred_at || CASE WHEN seq IS NULL
             THEN ', which is sealed, and is in no seal' ELSE ', long before it was sealed' END
         END AS what
    FROM (
      SELECT event.id, coalesce(event.id, member.event_id) AS event_id, event.occurred_at, member.seq,
             coalesce(event.organization_id, nullif(member.chain, '${NOBODY}')) AS organization_id,
             CASE WHEN event.id IS NULL THEN 'REMOVED'
                  WHEN member.event_id IS NULL THEN CASE WHEN event.occurred_at < newest.since THEN 'INSERTED' END
                  WHEN member.row_hash <> ${rowHash('event')} THEN 'CHANGED'
                  WHEN member.chain <> coalesce(event.organization_id, '${NOBODY}') THEN 'CHANGED'
                  WHEN event.occurred_at < run.since THEN 'INSERTED' END AS problem
        FROM public.audit_events event
        FULL JOIN audit.sealed_events member ON member.event_id = event.id
        LEFT JOIN audit.seals seal ON seal.chain = member.chain AND seal.seq = member.seq
        LEFT JOIN (SELECT sealed_at, max(max(horizon)) OVER (ORDER BY sealed_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                            - ${LATE} AS since
                     FROM audit.seals GROUP BY sealed_at) run ON run.sealed_at = seal.sealed_at
       CROSS JOIN (SELECT max(horizon) - ${LATE} AS since FROM audit.seals) newest
    ) compared
   WHERE problem IS NOT NULL`);

const TWICE = named(`
  SELECT '${Problem.INSERTED}' AS problem, id AS "eventId", 'is there ' || count(*) || ' times' AS what
    FROM public.audit_events GROUP BY id HAVING count(*) > 1`);

const SEALS = named(`
  SELECT '${Problem.BROKEN_SEAL}' AS problem, nullif(chain, '${NOBODY}') AS "organizationId", seq AS seal, what
    FROM (
      SELECT seal.chain, seal.seq,
             CASE WHEN seal.seq < 1 THEN 'has no number of a seal'
                  WHEN seal.event_count IS DISTINCT FROM held.events
                    THEN format('is over %s events and holds %s', seal.event_count, coalesce(held.events, 0))
                  WHEN seal.hash <> ${sealHash('seal', 'held.row_hashes')} THEN 'has a hash that is not that of its events'
                  WHEN seal.before = seal.seq - 1 AND seal.previous_hash <> seal.hash_before
                    THEN 'does not continue the seal before it'
                  WHEN seal.sealed_at <= seal.sealed_before OR seal.horizon < seal.horizon_before
                    THEN 'says that it is older than the seal before it' END AS what
        FROM (SELECT *, coalesce(lag(seq) OVER chained, 0) AS before, coalesce(lag(hash) OVER chained, ${NO_SEAL}) AS hash_before,
                     lag(sealed_at) OVER chained AS sealed_before, lag(horizon) OVER chained AS horizon_before
                FROM audit.seals WINDOW chained AS (PARTITION BY chain ORDER BY seq)) seal
        LEFT JOIN (SELECT chain, seq, count(*)::int AS events, string_agg(row_hash, ''::bytea ORDER BY event_id) AS row_hashes
                     FROM audit.sealed_events GROUP BY chain, seq) held
          ON held.chain = seal.chain AND held.seq = seal.seq
    ) checked
   WHERE what IS NOT NULL`);

const GAPS = named(`
  SELECT '${Problem.MISSING_SEAL}' AS problem, nullif(chain, '${NOBODY}') AS "organizationId", seq AS seal, 'is gone' AS what
    FROM (
      SELECT gap.chain, missing.seq
        FROM (SELECT chain, seq, coalesce(lag(seq) OVER (PARTITION BY chain ORDER BY seq), 0) AS before FROM audit.seals) gap
       CROSS JOIN LATERAL generate_series(gap.before + 1, least(gap.seq - 1, gap.before + ${MOST_NAMED})) missing (seq)
      UNION
      SELECT member.chain, member.seq FROM audit.sealed_events member
       WHERE NOT EXISTS (SELECT FROM audit.seals seal WHERE seal.chain = member.chain AND seal.seq = member.seq)
    ) gone`);

const WALLS = named(`SELECT '${Problem.UNGUARDED}' AS problem, what FROM (${WALL_FAULTS}) fault`);

/** SQL that answers Differences with their total. Only the tables are asked, no function of ours. */
export const CHECKS: readonly string[] = [EVENTS, TWICE, SEALS, GAPS, WALLS];

/**
 * SQL: $1 is a JSON array of anchors, those of every chain at one time or more. What none of them knows was sealed after
 * the newest of them: nobody adds to the past of a chain that had rested, or begins one there.
 */
export const ANCHORED = named(`
  WITH anchored AS (
    SELECT anchor."organizationId", coalesce(anchor."organizationId", '${NOBODY}') AS chain, anchor.seq, seal.seq AS found,
           CASE WHEN seal.hash = decode(anchor.hash, 'hex') THEN seal.sealed_at END AS sealed_at
      FROM json_to_recordset($1::json) anchor ("organizationId" uuid, seq int, hash text)
      LEFT JOIN audit.seals seal ON seal.chain = coalesce(anchor."organizationId", '${NOBODY}') AND seal.seq = anchor.seq
  )
  SELECT '${Problem.NOT_AS_ANCHORED}' AS problem, "organizationId", seq AS seal,
         CASE WHEN found IS NULL THEN 'was anchored and is gone' ELSE 'has another hash than was anchored' END AS what
    FROM anchored WHERE sealed_at IS NULL
  UNION ALL
  SELECT '${Problem.BROKEN_SEAL}', nullif(seal.chain, '${NOBODY}'), seal.seq, 'says that it is older than the anchors, which do not know it'
    FROM audit.seals seal
   CROSS JOIN (SELECT max(sealed_at) AS sealed_at FROM anchored) newest
    LEFT JOIN (SELECT chain, max(seq) AS seq FROM anchored GROUP BY chain) head ON head.chain = seal.chain
   WHERE seal.sealed_at <= newest.sealed_at AND seal.seq > coalesce(head.seq, 0)`);

export const HEADS = `
  SELECT DISTINCT ON (chain) nullif(chain, '${NOBODY}') AS "organizationId", seq, encode(hash, 'hex') AS hash
    FROM audit.seals ORDER BY chain, seq DESC`;

export const COUNTS = `
  SELECT count(*)::int AS events, count(*) FILTER (WHERE member.event_id IS NULL)::int AS unsealed
    FROM public.audit_events event LEFT JOIN audit.sealed_events member ON member.event_id = event.id`;
