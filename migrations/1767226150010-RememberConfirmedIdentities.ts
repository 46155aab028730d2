import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When somebody last proved in a sign-in who they are: what changes accounts asks that it was a short while ago. */
export class RememberConfirmedIdentities1767226150010 implements MigrationInterface {
  readonly name = 'RememberConfirmedIdentities1767226150010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- by the database's clock, which all processes share; sign-ins from before have to prove it once more
ALTER TABLE sign_ins ADD COLUMN confirmed_at timestamptz(3) NOT NULL DEFAULT 'epoch';
ALTER TABLE sign_ins ALTER COLUMN confirmed_at SET DEFAULT clock_timestamp();
GRANT UPDATE (confirmed_at) ON sign_ins TO therapy_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sign_ins DROP COLUMN confirmed_at');
  }
}
