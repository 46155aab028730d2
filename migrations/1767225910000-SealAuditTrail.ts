import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Seals: one chain of hashes over the audit events of each organization, made in the background. */
export class SealAuditTrail1767225910000 implements MigrationInterface {
  readonly name = 'SealAuditTrail1767225910000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(SEALING);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION app.audit_backlog();
      DROP FUNCTION app.seal_audit_events(int, boolean);
      DROP TABLE audit.sealed_events, audit.seals;
    `);
  }
}

const TABLES = `
-- A chain is an organization's, or that of 00000000-0000-0000-0000-000000000000 for the events of none.
CREATE TABLE audit.seals (
  chain uuid NOT NULL,
  seq int NOT NULL,
  event_count int NOT NULL,
  previous_hash bytea NOT NULL, -- 32 zero bytes for the first
  hash bytea NOT NULL,
  sealed_at timestamptz NOT NULL, -- the same for all chains of one run, and later than that of every run before
  horizon timestamptz NOT NULL, -- all that was visible then and had occurred before this instant is sealed; never earlier than before
  CONSTRAINT seals_key PRIMARY KEY (chain, seq)
);
CREATE INDEX seals_by_run ON audit.seals (sealed_at);

CREATE TABLE audit.sealed_events (
  event_id uuid CONSTRAINT sealed_events_key PRIMARY KEY,
  chain uuid NOT NULL,
  seq int NOT NULL,
  row_hash bytea NOT NULL
);

ALTER TABLE audit.seals ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit.seals FORCE ROW LEVEL SECURITY;
CREATE POLICY see ON audit.seals FOR SELECT USING ((SELECT app.sees_all()));
CREATE POLICY seal ON audit.seals FOR INSERT WITH CHECK ((SELECT app.sees_all()));
SELECT app.make_append_only('audit.seals');
ALTER TABLE audit.sealed_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit.sealed_events FORCE ROW LEVEL SECURITY;
CREATE POLICY see ON audit.sealed_events FOR SELECT USING ((SELECT app.sees_all()));
CREATE POLICY seal ON audit.sealed_events FOR INSERT WITH CHECK ((SELECT app.sees_all()));
SELECT app.make_append_only('audit.sealed_events');
`;

const SEALING = `
-- Seals the oldest events that are visible and not yet sealed, "most" at a time, and answers one row for each chain that
-- grew; "more" says that others are left. Nothing is answered while somebody else seals.
--
-- Which events are left is told by their absence from sealed_events, not by a watermark: ids and instants do not follow the
-- order of commits, and transaction ids begin anew in another cluster. A run looks back to an hour before the last
-- horizon, or with "everything" at the whole trail. The texts that are hashed are those of src/audit-trail/seal-format.ts.
CREATE FUNCTION app.seal_audit_events(most int, everything boolean)
RETURNS TABLE (organization_id uuid, seq int, event_count int, hash text, more boolean)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
  reach text := coalesce(current_setting('app.reach', true), '');
  nobody CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  utc CONSTANT text := 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"';
  last_made timestamptz;
  last_horizon timestamptz;
  made timestamptz;
  since timestamptz;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('therapy: audit seals')) THEN RETURN; END IF;
  PERFORM set_config('app.reach', 'all', true);
  SELECT s.sealed_at, s.horizon INTO last_made, last_horizon FROM audit.seals s ORDER BY s.sealed_at DESC LIMIT 1;
  made := greatest(clock_timestamp(), last_made + interval '1 microsecond');
  since := CASE WHEN everything OR last_horizon IS NULL THEN '-infinity' ELSE last_horizon - interval '1 hour' END;
  RETURN QUERY
  WITH batch AS MATERIALIZED (
    SELECT e.* FROM public.audit_events e
     WHERE e.occurred_at >= since AND NOT EXISTS (SELECT FROM audit.sealed_events m WHERE m.event_id = e.id)
     ORDER BY e.occurred_at, e.id LIMIT most
  ), run AS (
    SELECT count(*) = most AS more,
           greatest(last_horizon, CASE WHEN count(*) < most THEN made ELSE max(b.occurred_at) END) AS horizon
      FROM batch b
  ), hashed AS ( -- an id that is there twice was forged: the second is left out, and audit:verify names it
    SELECT DISTINCT ON (b.id) b.id, coalesce(b.organization_id, nobody) AS chain,
           sha256(convert_to(json_build_array(b.id, to_char(b.occurred_at AT TIME ZONE 'UTC', utc), b.organization_id,
             b.actor_id, b.actor_role, b.action, b.resource, b.resource_id, b.patient_id, b.outcome, b.ip_address,
             b.request_id, b.details::text)::text, 'UTF8')) AS row_hash
      FROM batch b ORDER BY b.id, b.occurred_at
  ), grown AS (
    SELECT h.chain, count(*)::int AS events, string_agg(h.row_hash, ''::bytea ORDER BY h.id) AS row_hashes
      FROM hashed h GROUP BY h.chain
  ), links AS (
    SELECT g.chain, g.events, g.row_hashes, coalesce(head.seq, 0) + 1 AS seq,
           coalesce(head.hash, decode(repeat('00', 32), 'hex')) AS previous_hash, run.horizon, run.more
      FROM grown g CROSS JOIN run
      LEFT JOIN LATERAL (SELECT s.seq, s.hash FROM audit.seals s WHERE s.chain = g.chain ORDER BY s.seq DESC LIMIT 1) head ON true
  ), sealed AS (
    INSERT INTO audit.seals (chain, seq, event_count, previous_hash, hash, sealed_at, horizon)
    SELECT l.chain, l.seq, l.events, l.previous_hash,
           sha256(l.previous_hash || convert_to(format('v1 %s %s %s %s %s ', l.chain, l.seq, l.events,
             to_char(made AT TIME ZONE 'UTC', utc), to_char(l.horizon AT TIME ZONE 'UTC', utc)), 'UTF8') || l.row_hashes),
           made, l.horizon
      FROM links l
    RETURNING chain, seq, event_count, hash
  ), members AS (
    INSERT INTO audit.sealed_events (event_id, chain, seq, row_hash)
    SELECT h.id, h.chain, l.seq, h.row_hash FROM hashed h JOIN links l ON l.chain = h.chain
  )
  SELECT nullif(s.chain, nobody), s.seq, s.event_count, encode(s.hash, 'hex'), run.more FROM sealed s CROSS JOIN run;
  PERFORM set_config('app.reach', reach, true);
END $$;
REVOKE ALL ON FUNCTION app.seal_audit_events(int, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.seal_audit_events(int, boolean) TO therapy_app;

-- for the metrics: how many events are not sealed of those that a run looks at (counted to 100,000), and when the oldest of
-- them occurred. Neither time nor silence makes them fewer, only a seal.
CREATE FUNCTION app.audit_backlog() RETURNS TABLE (events int, oldest timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  reach text := coalesce(current_setting('app.reach', true), '');
  since timestamptz;
BEGIN
  PERFORM set_config('app.reach', 'all', true);
  since := coalesce((SELECT s.horizon FROM audit.seals s ORDER BY s.sealed_at DESC LIMIT 1) - interval '1 hour', '-infinity');
  RETURN QUERY SELECT count(*)::int, min(waiting.occurred_at) FROM (
    SELECT e.occurred_at FROM public.audit_events e
     WHERE e.occurred_at >= since AND NOT EXISTS (SELECT FROM audit.sealed_events m WHERE m.event_id = e.id)
     ORDER BY e.occurred_at LIMIT 100000) waiting;
  PERFORM set_config('app.reach', reach, true);
END $$;
REVOKE ALL ON FUNCTION app.audit_backlog() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.audit_backlog() TO therapy_app;
`;
