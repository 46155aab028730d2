import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The bounds of a month travel to PostgreSQL as text: whoever asks for one, by psql or behind a pooler, with whatever
 * DateStyle and zone, gets the month of UTC. (Before PostgreSQL 18 `IST` of a server in India, read back, was that of Israel.)
 */
export class MakeAuditMonthsAlikeForEverybody1767226100000 implements MigrationInterface {
  readonly name = 'MakeAuditMonthsAlikeForEverybody1767226100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER FUNCTION app.add_audit_month(date) SET datestyle = 'ISO, MDY' SET timezone = 'UTC'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER FUNCTION app.add_audit_month(date) RESET datestyle RESET timezone');
  }
}
