import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A super admin who granted is told with their organization, all of it: since organizations may want second factors, that
 * is a field of theirs, too, and one that is never null.
 */
export class TellMoreOfGrantersFromOutside1767226090000 implements MigrationInterface {
  readonly name = 'TellMoreOfGrantersFromOutside1767226090000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(GRANTERS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION app.granters_and_their_organizations(uuid[])');
  }
}

/**
 * As app.granters_from_outside, and a column more. That one stays for the processes of the version before, which have prepared
 * statements of it: a result that changes would fail them until they end. A later release drops it.
 */
const GRANTERS = `
CREATE FUNCTION app.granters_and_their_organizations(ids uuid[]) RETURNS TABLE (
  id uuid, email text, role text, active boolean,
  organization_id uuid, organization_name text, organization_time_zone text, organization_created_at timestamptz,
  organization_staff_second_factor_required boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE reach text := coalesce(current_setting('app.reach', true), '');
BEGIN
  PERFORM set_config('app.reach', 'all', true);
  RETURN QUERY
    SELECT u.id, u.email, u.role, u.active, o.id, o.name, o.time_zone, o.created_at::timestamptz,
           o.staff_second_factor_required
      FROM users u JOIN organizations o ON o.id = u.organization_id
     WHERE u.id = ANY(ids) AND u.is_super_admin
       AND EXISTS (SELECT FROM emergency_access_grants g
                    WHERE g.organization_id = app.current_organization()
                      AND g.granted_by_organization_id = u.organization_id AND g.granted_by_id = u.id);
  PERFORM set_config('app.reach', reach, true);
END $$;
REVOKE ALL ON FUNCTION app.granters_and_their_organizations(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.granters_and_their_organizations(uuid[]) TO therapy_app;
`;
