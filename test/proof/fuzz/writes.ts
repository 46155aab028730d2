import type pg from 'pg';

/** Rows written by one request, as PostgreSQL saw it. */
export interface Write {
  readonly relation: string;
  /** Of the audit event that was committed together with the rows; null: there is none. */
  readonly requestId: string | null;
}

/**
 * Who wrote what: a trigger on every table notes the transaction, and the audit event that the same transaction committed
 * names the request. So each single call is told apart, though many run at once, and a change without an event is found.
 * The trail itself is not watched: refusals and reads are added to it.
 */
export class Writes {
  private constructor(private readonly db: pg.Client) {}

  static async watch(db: pg.Client): Promise<Writes> {
    await db.query(`
      CREATE SCHEMA proof;
      CREATE UNLOGGED TABLE proof.writes (transaction xid8, relation text);
      CREATE FUNCTION proof.note_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
        BEGIN
          INSERT INTO proof.writes VALUES (pg_catalog.pg_current_xact_id(), TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME);
          RETURN NULL;
        END $$;
      DO $$
        DECLARE watched regclass;
        BEGIN
          FOR watched IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                          WHERE c.relkind = 'r' AND n.nspname IN ('public', 'app') LOOP
            EXECUTE format('CREATE TRIGGER note_write AFTER INSERT OR UPDATE OR DELETE ON %s
                            FOR EACH ROW EXECUTE FUNCTION proof.note_write()', watched);
          END LOOP;
        END $$`);
    return new Writes(db);
  }

  /** Names of the tables that are watched. */
  async tables(): Promise<string[]> {
    const { rows } = await this.db.query<{ name: string }>(
      `SELECT DISTINCT event_object_schema || '.' || event_object_table AS name
         FROM information_schema.triggers WHERE trigger_name = 'note_write' ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  }

  async forget(): Promise<void> {
    await this.db.query('TRUNCATE proof.writes');
  }

  /** Since `forget`. */
  async all(): Promise<Write[]> {
    const { rows } = await this.db.query<{ relation: string; request_id: string | null }>(
      `WITH written AS (SELECT DISTINCT relation, transaction::text::bigint & 4294967295 AS id FROM proof.writes)
       SELECT DISTINCT relation, request_id
         FROM written LEFT JOIN (SELECT xmin::text::bigint AS id, request_id FROM audit_events
                                  WHERE occurred_at > now() - interval '10 minutes') event USING (id)`,
    );
    return rows.map(({ relation, request_id: requestId }) => ({ relation, requestId }));
  }
}
