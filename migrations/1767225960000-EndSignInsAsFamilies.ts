import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Each login is a sign-in, and every token descends from one: ending it ends them all, access tokens too. */
export class EndSignInsAsFamilies1767225960000 implements MigrationInterface {
  readonly name = 'EndSignInsAsFamilies1767225960000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION app.purge_sign_ins();
      ALTER TABLE refresh_tokens DROP CONSTRAINT refresh_tokens_sign_in, DROP COLUMN sign_in_id;
      DROP TABLE sign_ins;
    `);
  }
}

const TABLES = `
CREATE TABLE sign_ins (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  created_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  end_reason text,
  CONSTRAINT sign_ins_key PRIMARY KEY (organization_id, id),
  CONSTRAINT sign_ins_user FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id),
  CONSTRAINT sign_ins_ended CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX sign_ins_by_user ON sign_ins (organization_id, user_id);
CREATE INDEX sign_ins_by_age ON sign_ins (created_at);
SELECT app.isolate('sign_ins');
CREATE POLICY purge ON sign_ins FOR DELETE USING ((SELECT app.sees_all()));

-- tokens from before belong to no sign-in: everybody signs in once more
TRUNCATE refresh_tokens;
ALTER TABLE refresh_tokens ADD COLUMN sign_in_id uuid NOT NULL;
ALTER TABLE refresh_tokens ADD CONSTRAINT refresh_tokens_sign_in
  FOREIGN KEY (organization_id, sign_in_id) REFERENCES sign_ins (organization_id, id);
CREATE INDEX refresh_tokens_by_sign_in ON refresh_tokens (organization_id, sign_in_id);

GRANT SELECT, INSERT, UPDATE ON sign_ins TO therapy_app;

-- forgets sign-ins whose refresh tokens are all forgotten (app.purge_expired)
CREATE FUNCTION app.purge_sign_ins() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE reach text := coalesce(current_setting('app.reach', true), '');
BEGIN
  PERFORM set_config('app.reach', 'all', true);
  DELETE FROM sign_ins s WHERE created_at < clock_timestamp() - interval '1 day' AND NOT EXISTS (
    SELECT FROM refresh_tokens t WHERE t.organization_id = s.organization_id AND t.sign_in_id = s.id);
  PERFORM set_config('app.reach', reach, true);
END $$;
REVOKE ALL ON FUNCTION app.purge_sign_ins() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.purge_sign_ins() TO therapy_app;
`;
