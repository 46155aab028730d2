import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A key gets the user who sent it, and a hash of what the input means instead of how it was written. */
export class NameTheUsersOfIdempotencyKeys1767226120000 implements MigrationInterface {
  readonly name = 'NameTheUsersOfIdempotencyKeys1767226120000';

  /**
   * The processes of the version before tell neither. Whose their keys are nobody can say for sure (a change that changed
   * nothing has no event), so those stay what they were, keys of the organization, for the 72 hours that they are kept.
   * A later release drops the default and request_hash.
   */
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE idempotency_keys ADD COLUMN user_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
                                   ADD COLUMN input_hash bytea;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE idempotency_keys DROP COLUMN user_id, DROP COLUMN input_hash');
  }
}
