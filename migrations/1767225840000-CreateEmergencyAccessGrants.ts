import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Break-the-glass: grants that end by themselves, can be revoked once, and are otherwise never changed or removed. */
export class CreateEmergencyAccessGrants1767225840000 implements MigrationInterface {
  readonly name = 'CreateEmergencyAccessGrants1767225840000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLE);
    await runner.query(GRANTERS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION app.granters_from_outside(uuid[]); DROP TABLE emergency_access_grants;');
  }
}

const TABLE = `
CREATE TABLE emergency_access_grants (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  patient_id uuid NOT NULL,
  granted_to_id uuid NOT NULL,
  granted_by_organization_id uuid NOT NULL, -- another one than the grant's only for a super admin
  granted_by_id uuid NOT NULL,
  justification text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  revoked_at timestamptz(3),
  revocation_reason text,
  CONSTRAINT emergency_access_grants_key PRIMARY KEY (organization_id, id),
  CONSTRAINT emergency_access_grants_patient FOREIGN KEY (organization_id, patient_id) REFERENCES patients (organization_id, id),
  CONSTRAINT emergency_access_grants_granted_to FOREIGN KEY (organization_id, granted_to_id) REFERENCES users (organization_id, id),
  CONSTRAINT emergency_access_grants_granted_by FOREIGN KEY (granted_by_organization_id, granted_by_id)
    REFERENCES users (organization_id, id),
  CONSTRAINT emergency_access_grants_justification CHECK (
    char_length(justification) <= 500 AND char_length(btrim(justification, E' \\t\\r\\n')) >= 25),
  CONSTRAINT emergency_access_grants_duration CHECK (
    expires_at > created_at AND expires_at - created_at IN (
      interval '30 minutes', interval '60 minutes', interval '120 minutes', interval '240 minutes', interval '480 minutes')),
  CONSTRAINT emergency_access_grants_revocation CHECK ((revoked_at IS NULL) = (revocation_reason IS NULL))
);
CREATE INDEX emergency_access_grants_by_grantee ON emergency_access_grants (organization_id, granted_to_id, expires_at);
CREATE INDEX emergency_access_grants_by_creation ON emergency_access_grants (organization_id, created_at, id);
CREATE INDEX emergency_access_grants_everywhere ON emergency_access_grants (created_at, id);
SELECT app.isolate('emergency_access_grants');

-- the owner is bound too: a grant is revoked once, and nothing else of it ever changes
CREATE TRIGGER never_deleted BEFORE DELETE ON emergency_access_grants
  FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON emergency_access_grants
  FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER only_revoked BEFORE UPDATE ON emergency_access_grants FOR EACH ROW
  WHEN (OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL
        OR to_jsonb(NEW) - 'revoked_at' - 'revocation_reason' IS DISTINCT FROM to_jsonb(OLD) - 'revoked_at' - 'revocation_reason')
  EXECUTE FUNCTION app.refuse_change();

GRANT SELECT, INSERT, UPDATE (revoked_at, revocation_reason) ON emergency_access_grants TO therapy_app;
`;

/**
 * Who made a grant of the running transaction's organization without being of it: super admins, and nobody else. What
 * the API shows of them, for an organization has to know who opened its records; never the password's hash.
 */
const GRANTERS = `
CREATE FUNCTION app.granters_from_outside(ids uuid[]) RETURNS TABLE (
  id uuid, email text, role text, active boolean,
  organization_id uuid, organization_name text, organization_time_zone text, organization_created_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE reach text := coalesce(current_setting('app.reach', true), '');
BEGIN
  PERFORM set_config('app.reach', 'all', true);
  RETURN QUERY
    SELECT u.id, u.email, u.role, u.active, o.id, o.name, o.time_zone, o.created_at::timestamptz
      FROM users u JOIN organizations o ON o.id = u.organization_id
     WHERE u.id = ANY(ids) AND u.is_super_admin
       AND EXISTS (SELECT FROM emergency_access_grants g
                    WHERE g.organization_id = app.current_organization()
                      AND g.granted_by_organization_id = u.organization_id AND g.granted_by_id = u.id);
  PERFORM set_config('app.reach', reach, true);
END $$;
REVOKE ALL ON FUNCTION app.granters_from_outside(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.granters_from_outside(uuid[]) TO therapy_app;
`;
