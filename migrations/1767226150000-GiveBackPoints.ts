import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A point can be given back: what an address is counted for is what failed, and that is known only afterwards. */
export class GiveBackPoints1767226150000 implements MigrationInterface {
  readonly name = 'GiveBackPoints1767226150000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- one point of the window that runs; of one that is over there is nothing to give back
CREATE FUNCTION app.give_back_point(counted bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, app, pg_temp AS $$
  UPDATE app.call_counts SET taken = taken - 1 WHERE key = counted AND taken > 0 AND ends_at > clock_timestamp();
$$;
REVOKE ALL ON FUNCTION app.give_back_point(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.give_back_point(bytea) TO therapy_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION app.give_back_point(bytea)');
  }
}
