import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Two users may send one key. */
export class GiveIdempotencyKeysToTheirUsers1767226120020 implements MigrationInterface {
  readonly name = 'GiveIdempotencyKeysToTheirUsers1767226120020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(KEY);
    await runner.query(APART);
  }

  /** Of a key that several users have sent, the version before knows the first claim. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SELECT set_config('app.reach', 'all', true);
      DROP TRIGGER kept_apart ON idempotency_keys;
      DROP FUNCTION app.keep_keys_apart();
      DELETE FROM idempotency_keys later USING idempotency_keys first
       WHERE (later.organization_id, later.operation, later.key) = (first.organization_id, first.operation, first.key)
         AND (later.created_at, later.user_id) > (first.created_at, first.user_id);
      ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_key,
        ADD CONSTRAINT idempotency_keys_key PRIMARY KEY (organization_id, operation, key);
      CREATE UNIQUE INDEX idempotency_keys_of_user ON idempotency_keys (organization_id, operation, key, user_id);
    `);
  }
}

const KEY = `
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_key,
  ADD CONSTRAINT idempotency_keys_key PRIMARY KEY USING INDEX idempotency_keys_of_user;
`;

/**
 * While processes of the version before still run, a call may come to one of them and, sent again, to one of ours. Their
 * keys are of no known user, so such a key collides with the key of every user, which no unique index can say. A lock of the
 * key, shared by those who know their user, lets each see what the others have claimed; a claim that finds one is skipped, as by
 * ON CONFLICT DO NOTHING. A later release drops it, once no such process is left.
 */
const APART = `
CREATE FUNCTION app.keep_keys_apart() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  unknown CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  lock CONSTANT bigint := hashtextextended(concat_ws(' ', NEW.organization_id, NEW.operation, NEW.key), 0);
BEGIN
  IF NEW.user_id = unknown THEN
    PERFORM pg_advisory_xact_lock(lock);
    IF EXISTS (SELECT FROM idempotency_keys
                WHERE organization_id = NEW.organization_id AND operation = NEW.operation AND key = NEW.key) THEN
      RETURN NULL;
    END IF;
  ELSE
    PERFORM pg_advisory_xact_lock_shared(lock);
    IF EXISTS (SELECT FROM idempotency_keys
                WHERE organization_id = NEW.organization_id AND operation = NEW.operation AND key = NEW.key
                  AND user_id = unknown) THEN
      RETURN NULL;
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER kept_apart BEFORE INSERT ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION app.keep_keys_apart();
`;
