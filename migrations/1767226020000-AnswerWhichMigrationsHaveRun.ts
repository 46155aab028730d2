import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The application may ask whether the migrations it knows have been run, though it cannot read TypeORM's table of them. */
export class AnswerWhichMigrationsHaveRun1767226020000 implements MigrationInterface {
  readonly name = 'AnswerWhichMigrationsHaveRun1767226020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION app.has_migrations(names text[]) RETURNS boolean
      LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
        $$ SELECT names <@ ARRAY(SELECT m.name::text FROM public.migrations m) $$;
      REVOKE ALL ON FUNCTION app.has_migrations(text[]) FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION app.has_migrations(text[]) TO therapy_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION app.has_migrations(text[])');
  }
}
