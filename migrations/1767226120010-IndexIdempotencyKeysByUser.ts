import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the key of the table is to be, built while bookings go on. */
export class IndexIdempotencyKeysByUser1767226120010 implements MigrationInterface {
  readonly name = 'IndexIdempotencyKeysByUser1767226120010';
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX idempotency_keys_of_user');
  }
}

const STATEMENTS = [
  'SET lock_timeout = 0',
  'DROP INDEX CONCURRENTLY IF EXISTS idempotency_keys_of_user',
  `CREATE UNIQUE INDEX CONCURRENTLY idempotency_keys_of_user
     ON idempotency_keys (organization_id, operation, key, user_id)`,
  `SET lock_timeout = '500ms'`,
];
