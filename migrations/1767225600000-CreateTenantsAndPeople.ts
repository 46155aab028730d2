import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Organizations isolated by row-level security, their people, accounts and service codes; the application's lesser role. */
export class CreateTenantsAndPeople1767225600000 implements MigrationInterface {
  readonly name = 'CreateTenantsAndPeople1767225600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ROLE);
    await runner.query(FOUNDATION);
    await runner.query(TABLES);
    await runner.query(LOOKUPS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE refresh_tokens, users, service_codes, practitioners, patients, organizations CASCADE;
      DROP SCHEMA app CASCADE;
      REVOKE USAGE ON SCHEMA public FROM therapy_app;
    `);
    // the role stays: roles belong to the server, and another database on it may use this one
  }
}

const ROLE = `
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'therapy_app') THEN
    CREATE ROLE therapy_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
  WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'The role therapy_app is missing and this login may not create it. Let an administrator run: CREATE ROLE therapy_app NOLOGIN; GRANT therapy_app TO <the login of DATABASE_URL>;';
END $$`;

const FOUNDATION = `
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA public, app TO therapy_app;

-- the organization that the running transaction works in; unset means none, so nothing is seen
CREATE FUNCTION app.current_organization() RETURNS uuid LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('app.organization_id', true), '')::uuid $$;

-- a super admin reads in every organization; no policy lets anybody write that way
CREATE FUNCTION app.sees_all() RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT coalesce(current_setting('app.reach', true), '') = 'all' $$;

-- the second wall of tenancy, for one table; FORCE binds the owner too. The sub-selects are evaluated once a query
CREATE FUNCTION app.isolate(target regclass, tenant_column text DEFAULT 'organization_id') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY own_organization ON %s USING (%I = (SELECT app.current_organization())) '
                 'WITH CHECK (%I = (SELECT app.current_organization()))', target, tenant_column, tenant_column);
  EXECUTE format('CREATE POLICY every_organization ON %s FOR SELECT USING ((SELECT app.sees_all()))', target);
END $$;

CREATE FUNCTION app.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- rows can be added, never changed or removed: not by the owner either
CREATE FUNCTION app.make_append_only(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION app.refuse_change()', target);
  EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change()', target);
END $$;
`;

const TABLES = `
CREATE TABLE organizations (
  id uuid CONSTRAINT organizations_key PRIMARY KEY,
  name text NOT NULL,
  time_zone text NOT NULL,
  created_at timestamptz(3) NOT NULL
);
SELECT app.isolate('organizations', 'id');

CREATE TABLE practitioners (
  organization_id uuid NOT NULL CONSTRAINT practitioners_organization REFERENCES organizations (id),
  id uuid NOT NULL,
  first_name text NOT NULL,
  last_name text NOT NULL,
  first_name_key text COLLATE "C" NOT NULL,
  last_name_key text COLLATE "C" NOT NULL,
  license_number text NOT NULL,
  specialization text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT practitioners_key PRIMARY KEY (organization_id, id)
);
CREATE INDEX practitioners_by_name ON practitioners (organization_id, last_name_key, first_name_key, id);
-- for super admins, whose lists run over all organizations
CREATE INDEX practitioners_everywhere ON practitioners (last_name_key, first_name_key, id);
CREATE INDEX practitioners_by_first_name ON practitioners (organization_id, first_name_key);
SELECT app.isolate('practitioners');

CREATE TABLE patients (
  organization_id uuid NOT NULL CONSTRAINT patients_organization REFERENCES organizations (id),
  id uuid NOT NULL,
  first_name text NOT NULL,
  last_name text NOT NULL,
  first_name_key text COLLATE "C" NOT NULL,
  last_name_key text COLLATE "C" NOT NULL,
  date_of_birth date NOT NULL,
  medical_record_number text NOT NULL,
  medical_record_number_key text COLLATE "C" NOT NULL,
  phone_number text,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT patients_key PRIMARY KEY (organization_id, id),
  CONSTRAINT patients_medical_record_number UNIQUE (organization_id, medical_record_number_key)
);
CREATE INDEX patients_by_name ON patients (organization_id, last_name_key, first_name_key, id);
CREATE INDEX patients_everywhere ON patients (last_name_key, first_name_key, id);
CREATE INDEX patients_by_first_name ON patients (organization_id, first_name_key);
SELECT app.isolate('patients');

CREATE TABLE service_codes (
  organization_id uuid NOT NULL CONSTRAINT service_codes_organization REFERENCES organizations (id),
  id uuid NOT NULL,
  code text COLLATE "C" NOT NULL,
  description text NOT NULL,
  timed boolean NOT NULL,
  unit_minutes int NOT NULL,
  round_up_at_minutes int NOT NULL,
  zero_below_minutes int NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT service_codes_key PRIMARY KEY (organization_id, id),
  CONSTRAINT service_codes_code UNIQUE (organization_id, code),
  CONSTRAINT service_codes_rule CHECK (unit_minutes > 0 AND round_up_at_minutes > 0 AND zero_below_minutes >= 0)
);
SELECT app.isolate('service_codes');

CREATE TABLE users (
  organization_id uuid NOT NULL CONSTRAINT users_organization REFERENCES organizations (id),
  id uuid NOT NULL,
  email text COLLATE "C" NOT NULL,
  password_hash text NOT NULL,
  role text NOT NULL,
  is_super_admin boolean NOT NULL DEFAULT false,
  practitioner_id uuid,
  patient_id uuid,
  active boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT users_key PRIMARY KEY (organization_id, id),
  CONSTRAINT users_email UNIQUE (email),
  CONSTRAINT users_practitioner FOREIGN KEY (organization_id, practitioner_id) REFERENCES practitioners (organization_id, id),
  CONSTRAINT users_patient FOREIGN KEY (organization_id, patient_id) REFERENCES patients (organization_id, id),
  CONSTRAINT users_role CHECK (
    role IN ('ADMIN', 'PRACTITIONER', 'PATIENT')
    AND (role <> 'PRACTITIONER' OR practitioner_id IS NOT NULL)
    AND (role <> 'PATIENT' OR patient_id IS NOT NULL)
    AND (NOT is_super_admin OR role = 'ADMIN'))
);
CREATE INDEX users_by_email ON users (organization_id, email);
CREATE INDEX users_by_activity ON users (organization_id, active, email);
CREATE INDEX users_by_role ON users (organization_id, role, email);
SELECT app.isolate('users');

CREATE TABLE refresh_tokens (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  spent_at timestamptz(3),
  CONSTRAINT refresh_tokens_key PRIMARY KEY (organization_id, id),
  CONSTRAINT refresh_tokens_hash UNIQUE (token_hash),
  CONSTRAINT refresh_tokens_user FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
);
CREATE INDEX refresh_tokens_by_user ON refresh_tokens (organization_id, user_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);
SELECT app.isolate('refresh_tokens');
CREATE POLICY purge ON refresh_tokens FOR DELETE USING ((SELECT app.sees_all()));

GRANT SELECT, INSERT ON organizations TO therapy_app;
GRANT SELECT, INSERT, UPDATE ON practitioners, patients, service_codes, users, refresh_tokens TO therapy_app;
`;

/**
 * What must be found before an organization is known: nothing but which organization it is. FORCE binds the owner that
 * these run as, too, hence the reach; it is put back before they return.
 */
const LOOKUPS = `
CREATE FUNCTION app.login_account(login_email text) RETURNS TABLE (organization_id uuid, user_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE reach text := coalesce(current_setting('app.reach', true), '');
BEGIN
  PERFORM set_config('app.reach', 'all', true);
  RETURN QUERY SELECT u.organization_id, u.id FROM users u WHERE u.email = login_email;
  PERFORM set_config('app.reach', reach, true);
END $$;

CREATE FUNCTION app.refresh_token_owner(hash bytea) RETURNS TABLE (organization_id uuid, token_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE reach text := coalesce(current_setting('app.reach', true), '');
BEGIN
  PERFORM set_config('app.reach', 'all', true);
  RETURN QUERY SELECT t.organization_id, t.id FROM refresh_tokens t WHERE t.token_hash = hash;
  PERFORM set_config('app.reach', reach, true);
END $$;

CREATE FUNCTION app.is_empty() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE reach text := coalesce(current_setting('app.reach', true), ''); answer boolean;
BEGIN
  PERFORM set_config('app.reach', 'all', true);
  answer := NOT EXISTS (SELECT FROM organizations);
  PERFORM set_config('app.reach', reach, true);
  RETURN answer;
END $$;

CREATE FUNCTION app.platform_organization() RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE reach text := coalesce(current_setting('app.reach', true), ''); answer uuid;
BEGIN
  PERFORM set_config('app.reach', 'all', true);
  SELECT u.organization_id INTO answer FROM users u WHERE u.is_super_admin LIMIT 1;
  PERFORM set_config('app.reach', reach, true);
  RETURN answer;
END $$;

REVOKE ALL ON FUNCTION app.login_account(text), app.refresh_token_owner(bytea), app.is_empty(), app.platform_organization() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.login_account(text), app.refresh_token_owner(bytea), app.is_empty(), app.platform_organization() TO therapy_app;
`;
