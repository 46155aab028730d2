import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A time zone is kept in the spelling of the IANA database: america/new_york becomes America/New_York. What is no name of it
 * (abbreviations, offsets, POSIX forms) was read otherwise by PostgreSQL than by the server, and nobody but the practice knows
 * what it meant by CST; so the upgrade stops before anything is changed, and names the organizations and the way on. The
 * version before goes on serving meanwhile.
 */
export class KeepTimeZonesByTheirNames1767226110000 implements MigrationInterface {
  readonly name = 'KeepTimeZonesByTheirNames1767226110000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`SELECT set_config('app.reach', 'all', true)`);
    await runner.query(SPELL);
    await runner.query(REFUSE);
  }

  /** The right spelling is as good below. */
  async down(): Promise<void> {
    // nothing to take back
  }
}

/** One after the other: row-level security shows the owner all of them, and lets the one be written that it works in. */
const SPELL = `
DO $$
DECLARE organization record;
BEGIN
  FOR organization IN
    SELECT o.id, known.name FROM organizations o JOIN pg_timezone_names known ON lower(known.name) = lower(o.time_zone)
     WHERE known.name <> o.time_zone
  LOOP
    PERFORM set_config('app.organization_id', organization.id::text, true);
    UPDATE organizations SET time_zone = organization.name WHERE id = organization.id;
  END LOOP;
END $$;
`;

const REFUSE = `
DO $$
DECLARE named text;
BEGIN
  SELECT string_agg(format('%s has %L', id, time_zone), ', ' ORDER BY id) INTO named
    FROM (SELECT id, time_zone FROM organizations
           WHERE time_zone NOT IN (SELECT known.name FROM pg_timezone_names known
                                    WHERE known.name !~ '[0-9]|^posix/|^right/|^(Factory|localtime|posixrules)$'
                                      AND (known.name IN ('UTC', 'GB', 'NZ', 'PRC', 'ROC', 'ROK') OR known.name !~ '^[A-Z]{1,5}$'))
           ORDER BY id LIMIT 20) wrong;
  IF named IS NOT NULL THEN
    RAISE EXCEPTION 'The time zone of an organization has to be an IANA name, such as America/New_York, no abbreviation and no offset: %. Nothing was changed. Set the right name of each with the login that owns the tables, then migrate again: BEGIN; SELECT set_config(''app.organization_id'', ''<id>'', true); UPDATE organizations SET time_zone = ''<name>'' WHERE id = ''<id>''; COMMIT;', named;
  END IF;
END $$;
`;
