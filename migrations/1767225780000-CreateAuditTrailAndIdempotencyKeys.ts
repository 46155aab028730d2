import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The append-only audit trail (45 CFR 164.312(b)), and the keys that make a repeated call do nothing twice. */
export class CreateAuditTrailAndIdempotencyKeys1767225780000 implements MigrationInterface {
  readonly name = 'CreateAuditTrailAndIdempotencyKeys1767225780000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION app.purge_expired(); DROP TABLE idempotency_keys, audit_events CASCADE;');
  }
}

const TABLES = `
-- plain ids without foreign keys: an event outlives what it tells of, and some belong to no organization
CREATE TABLE audit_events (
  id uuid CONSTRAINT audit_events_key PRIMARY KEY,
  occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  organization_id uuid,
  actor_id uuid,
  actor_role text,
  action text NOT NULL,
  resource text NOT NULL,
  resource_id uuid,
  patient_id uuid,
  outcome text NOT NULL CONSTRAINT audit_events_outcome CHECK (outcome IN ('SUCCESS', 'DENIED', 'FAILURE')),
  ip_address text,
  request_id text,
  details json,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id() -- to seal by: ids do not follow the order of commits
);
CREATE INDEX audit_events_by_organization ON audit_events (organization_id, id);
ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON audit_events FOR SELECT USING (organization_id = (SELECT app.current_organization()));
CREATE POLICY every_organization ON audit_events FOR SELECT USING ((SELECT app.sees_all()));
CREATE POLICY record ON audit_events FOR INSERT
  WITH CHECK (organization_id IS NULL OR organization_id = (SELECT app.current_organization()) OR (SELECT app.sees_all()));
  -- what a super admin reads in several organizations is in the trail of each
SELECT app.make_append_only('audit_events');

CREATE TABLE idempotency_keys (
  organization_id uuid NOT NULL,
  operation text NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  resource_id uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT idempotency_keys_key PRIMARY KEY (organization_id, operation, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
SELECT app.isolate('idempotency_keys');
CREATE POLICY purge ON idempotency_keys FOR DELETE USING ((SELECT app.sees_all()));

-- forgets keys after 72 hours (24 are promised) and refresh tokens a day after they have expired
CREATE FUNCTION app.purge_expired() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE reach text := coalesce(current_setting('app.reach', true), '');
BEGIN
  PERFORM set_config('app.reach', 'all', true);
  DELETE FROM idempotency_keys WHERE created_at < clock_timestamp() - interval '72 hours';
  DELETE FROM refresh_tokens WHERE expires_at < clock_timestamp() - interval '1 day';
  PERFORM set_config('app.reach', reach, true);
END $$;
REVOKE ALL ON FUNCTION app.purge_expired() FROM PUBLIC;

GRANT SELECT, INSERT ON audit_events, idempotency_keys TO therapy_app;
GRANT EXECUTE ON FUNCTION app.purge_expired() TO therapy_app;
`;
