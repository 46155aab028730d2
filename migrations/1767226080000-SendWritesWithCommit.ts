import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What writes travel with COMMIT, unwatched, have to check by themselves: a statement can insist on how many rows it
 * changes. And units may be reserved for an appointment whose row follows in the same transaction, so that a booking is
 * refused before it has written anything.
 */
export class SendWritesWithCommit1767226080000 implements MigrationInterface {
  readonly name = 'SendWritesWithCommit1767226080000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION app.require_rows(changed bigint, wanted bigint) RETURNS void
      LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        IF changed IS DISTINCT FROM wanted THEN
          RAISE EXCEPTION '% rows were to change, and % did', wanted, changed
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'rows_required';
        END IF;
      END $$;
      ALTER TABLE ledger_entries ALTER CONSTRAINT ledger_entries_appointment DEFERRABLE INITIALLY DEFERRED;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE ledger_entries ALTER CONSTRAINT ledger_entries_appointment NOT DEFERRABLE;
      DROP FUNCTION app.require_rows(bigint, bigint);
    `);
  }
}
