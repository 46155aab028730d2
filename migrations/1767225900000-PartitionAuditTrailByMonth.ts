import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The audit trail in partitions of a month, which can be archived one by one, with the indexes that it is read by. */
export class PartitionAuditTrailByMonth1767225900000 implements MigrationInterface {
  readonly name = 'PartitionAuditTrailByMonth1767225900000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ASIDE);
    await runner.query(TABLE);
    await runner.query(MONTHS);
    await runner.query(FILL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(BACK);
  }
}

// FORCE binds the owner, too: without the reach nothing would be copied
const ASIDE = `
SELECT set_config('app.reach', 'all', true);
ALTER TABLE audit_events RENAME TO audit_events_before;
ALTER TABLE audit_events_before RENAME CONSTRAINT audit_events_key TO audit_events_before_key;
ALTER TABLE audit_events_before RENAME CONSTRAINT audit_events_outcome TO audit_events_before_outcome;
DROP INDEX audit_events_by_organization;
`;

const TABLE = `
CREATE SCHEMA audit;   -- the months; the application has no right to enter and comes through public.audit_events
CREATE SCHEMA archive; -- months that audit:archive has put away; still part of public.audit_events

-- Plain ids without foreign keys: an event outlives what it tells of, and some belong to no organization. Milliseconds,
-- since cursors have no more: a page must neither repeat nor skip. The key serves lists over all organizations as well.
CREATE TABLE audit_events (
  id uuid NOT NULL,
  occurred_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  organization_id uuid,
  actor_id uuid,
  actor_role text,
  action text NOT NULL,
  resource text NOT NULL,
  resource_id uuid,
  patient_id uuid,
  outcome text NOT NULL,
  ip_address text,
  request_id text,
  details json,
  CONSTRAINT audit_events_key PRIMARY KEY (occurred_at, id),
  CONSTRAINT audit_events_outcome CHECK (outcome IN ('SUCCESS', 'DENIED', 'FAILURE'))
) PARTITION BY RANGE (occurred_at);

-- Every booking pays for each of these, so they are short: ids are unique across organizations and need none in front,
-- and what happened in the same millisecond is sorted on reading.
CREATE INDEX audit_events_by_organization ON audit_events (organization_id, occurred_at);
CREATE INDEX audit_events_by_patient ON audit_events (patient_id, occurred_at) WHERE patient_id IS NOT NULL;
CREATE INDEX audit_events_by_actor ON audit_events (actor_id, occurred_at) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_events_by_resource ON audit_events (resource_id, occurred_at) WHERE resource_id IS NOT NULL;

-- The walls of the trail and of each of its partitions, for whoever addresses one directly. A row trigger comes from the
-- parent by itself, one for TRUNCATE does not.
CREATE FUNCTION app.guard_audit_events(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY own_organization ON %s FOR SELECT USING (organization_id = (SELECT app.current_organization()))', target);
  EXECUTE format('CREATE POLICY every_organization ON %s FOR SELECT USING ((SELECT app.sees_all()))', target);
  -- what a super admin reads in several organizations is in the trail of each
  EXECUTE format('CREATE POLICY record ON %s FOR INSERT WITH CHECK (organization_id IS NULL '
                 'OR organization_id = (SELECT app.current_organization()) OR (SELECT app.sees_all()))', target);
  EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change()', target);
END $$;

SELECT app.guard_audit_events('audit_events');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION app.refuse_change();

-- no event is ever refused for want of a month
CREATE TABLE audit.events_default PARTITION OF audit_events DEFAULT;
SELECT app.guard_audit_events('audit.events_default');

-- not occurred_at: the application cannot backdate an event
GRANT SELECT, INSERT (id, organization_id, actor_id, actor_role, action, resource, resource_id, patient_id, outcome,
                      ip_address, request_id, details) ON audit_events TO therapy_app;
`;

const MONTHS = `
-- Makes the partition of a month and files there what had landed in DEFAULT. ATTACH, unlike PARTITION OF, lets others
-- read and write the trail meanwhile; DEFAULT alone is locked.
CREATE FUNCTION app.add_audit_month(month date) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  name text := 'events_' || to_char(month, 'YYYY_MM');
  starts timestamptz := month::timestamp AT TIME ZONE 'UTC';
  ends timestamptz := (month + interval '1 month') AT TIME ZONE 'UTC';
  strays bigint;
  filed bigint := 0;
BEGIN
  EXECUTE format('CREATE TABLE audit.%I (LIKE public.audit_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
  PERFORM app.guard_audit_events(format('audit.%I', name)::regclass);
  SELECT count(*) INTO strays FROM audit.events_default WHERE occurred_at >= starts AND occurred_at < ends;
  IF strays > 0 THEN
    LOCK TABLE audit.events_default IN ACCESS EXCLUSIVE MODE;
    -- the one way in which a row leaves a table of the trail; it and its arrival commit together
    ALTER TABLE audit.events_default DISABLE TRIGGER append_only, NO FORCE ROW LEVEL SECURITY;
    EXECUTE format('WITH gone AS (DELETE FROM audit.events_default WHERE occurred_at >= $1 AND occurred_at < $2 RETURNING *) '
                   'INSERT INTO audit.%I SELECT * FROM gone', name) USING starts, ends;
    GET DIAGNOSTICS filed = ROW_COUNT;
    IF filed < strays THEN RAISE EXCEPTION 'only % of % events were filed', filed, strays; END IF;
    ALTER TABLE audit.events_default ENABLE TRIGGER append_only, FORCE ROW LEVEL SECURITY;
  END IF;
  EXECUTE format('ALTER TABLE public.audit_events ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)', name, starts, ends);
  RETURN filed;
END $$;

CREATE FUNCTION app.has_audit_month(month date) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                  WHERE i.inhparent = 'public.audit_events'::regclass AND c.relname = 'events_' || to_char(month, 'YYYY_MM')) $$;

-- Makes this month and the three after it where they are missing; answers those that have to wait for audit:archive,
-- since events of theirs are in DEFAULT already. Gives way at once to whoever holds a lock: there is time.
CREATE FUNCTION app.prepare_audit_months() RETURNS SETOF date
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
  reach text := coalesce(current_setting('app.reach', true), '');
  this_month date := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC');
  month date;
BEGIN
  IF (SELECT bool_and(app.has_audit_month((this_month + make_interval(months => n))::date)) FROM generate_series(0, 3) n)
     OR NOT pg_try_advisory_xact_lock(hashtext('therapy: audit months')) THEN
    RETURN;
  END IF;
  PERFORM set_config('app.reach', 'all', true);
  FOR n IN 0..3 LOOP
    month := (this_month + make_interval(months => n))::date;
    CONTINUE WHEN app.has_audit_month(month);
    IF EXISTS (SELECT FROM audit.events_default WHERE occurred_at >= month::timestamp AT TIME ZONE 'UTC'
                  AND occurred_at < (month + interval '1 month') AT TIME ZONE 'UTC') THEN
      RETURN NEXT month;
    ELSE
      PERFORM app.add_audit_month(month);
    END IF;
  END LOOP;
  PERFORM set_config('app.reach', reach, true);
END $$;

-- For the owner: makes the months of what is in DEFAULT and files it there. Answers how many events were filed.
CREATE FUNCTION app.file_audit_events() RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  reach text := coalesce(current_setting('app.reach', true), '');
  months date[];
  month date;
  filed bigint := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('therapy: audit months'));
  PERFORM set_config('app.reach', 'all', true);
  months := ARRAY(SELECT DISTINCT date_trunc('month', occurred_at AT TIME ZONE 'UTC')::date FROM audit.events_default);
  FOREACH month IN ARRAY months LOOP
    filed := filed + app.add_audit_month(month);
  END LOOP;
  PERFORM set_config('app.reach', reach, true);
  RETURN filed;
END $$;

REVOKE ALL ON FUNCTION app.guard_audit_events(regclass), app.add_audit_month(date), app.prepare_audit_months(), app.file_audit_events() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.prepare_audit_months() TO therapy_app;
`;

const FILL = `
INSERT INTO audit_events (id, occurred_at, organization_id, actor_id, actor_role, action, resource, resource_id, patient_id,
                          outcome, ip_address, request_id, details)
  SELECT id, occurred_at, organization_id, actor_id, actor_role, action, resource, resource_id, patient_id,
         outcome, ip_address, request_id, details
    FROM audit_events_before;
DROP TABLE audit_events_before;
SELECT app.file_audit_events();
SELECT app.prepare_audit_months();
`;

const BACK = `
SELECT set_config('app.reach', 'all', true);
ALTER TABLE audit_events RENAME TO audit_events_by_month;
ALTER TABLE audit_events_by_month RENAME CONSTRAINT audit_events_key TO audit_events_by_month_key;
ALTER TABLE audit_events_by_month RENAME CONSTRAINT audit_events_outcome TO audit_events_by_month_outcome;
DROP INDEX audit_events_by_organization;
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
  xid xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX audit_events_by_organization ON audit_events (organization_id, id);
ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON audit_events FOR SELECT USING (organization_id = (SELECT app.current_organization()));
CREATE POLICY every_organization ON audit_events FOR SELECT USING ((SELECT app.sees_all()));
CREATE POLICY record ON audit_events FOR INSERT
  WITH CHECK (organization_id IS NULL OR organization_id = (SELECT app.current_organization()) OR (SELECT app.sees_all()));
SELECT app.make_append_only('audit_events');
GRANT SELECT, INSERT ON audit_events TO therapy_app;
INSERT INTO audit_events (id, occurred_at, organization_id, actor_id, actor_role, action, resource, resource_id, patient_id,
                          outcome, ip_address, request_id, details)
  SELECT id, occurred_at, organization_id, actor_id, actor_role, action, resource, resource_id, patient_id,
         outcome, ip_address, request_id, details
    FROM audit_events_by_month ORDER BY occurred_at, id;
DROP TABLE audit_events_by_month;
DROP FUNCTION app.file_audit_events(), app.prepare_audit_months(), app.has_audit_month(date), app.add_audit_month(date),
              app.guard_audit_events(regclass);
DROP SCHEMA audit;
DROP SCHEMA archive;
`;
