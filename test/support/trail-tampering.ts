import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { applicationSettings } from '../../src/platform/database/connection/settings.ts';
import { NO_SEAL, NOBODY, rowHash, sealHash } from '../../src/oversight/audit-trail/seal-format.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { connect, connected } from './sql.ts';

/** What app.seal_audit_events answers. */
export interface Sealed {
  readonly organization_id: string | null;
  readonly seq: number;
  readonly event_count: number;
  readonly hash: string;
  readonly more: boolean;
}

/** A database with nothing but an audit trail, written and sealed as the application does it. */
export class SealedTrail {
  readonly a = randomUUID();
  readonly b = randomUUID();

  private constructor(readonly database: TestDatabase) {}

  static async create(): Promise<SealedTrail> {
    return new SealedTrail(await createTestDatabase());
  }

  /** Adds events as the application's role does. @returns their ids */
  add(organizationId: string | null, count = 1): Promise<string[]> {
    return this.asApplication(async (client) => {
      const ids = Array.from({ length: count }, () => randomUUID());
      await client.query('BEGIN');
      await client.query(ADD, [organizationId, ids]);
      await client.query('COMMIT');
      return ids;
    });
  }

  /** Adds an event, which nobody sees until its commit is called; within the time-out of idle transactions. */
  async addSlowly(organizationId: string): Promise<{ id: string; commit: () => Promise<void> }> {
    const id = randomUUID();
    const client = await connect(this.database.applicationUrl, applicationSettings('session'));
    await client.query('BEGIN');
    await client.query(ADD, [organizationId, [id]]);
    return {
      id,
      commit: async () => {
        await client.query('COMMIT');
        await client.end();
      },
    };
  }

  seal(most = 10_000, everything = false): Promise<Sealed[]> {
    return this.asApplication(
      async (client) =>
        (await client.query<Sealed>('SELECT * FROM app.seal_audit_events($1, $2)', [most, everything])).rows,
    );
  }

  asApplication<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    return connected(this.database.applicationUrl, work, applicationSettings('session'));
  }

  /** As the owner of the tables, who first has to take down walls of their own; they are put up again. */
  async asOwner(...statements: string[]): Promise<void> {
    await connected(this.database.ownerUrl, async (client) => {
      const walls = async (how: 'DISABLE' | 'ENABLE', force: 'NO FORCE' | 'FORCE'): Promise<void> => {
        for (const table of ['audit_events', 'audit.seals', 'audit.sealed_events'])
          await client.query(`ALTER TABLE ${table} ${how} TRIGGER append_only, ${force} ROW LEVEL SECURITY`);
      };
      await walls('DISABLE', 'NO FORCE');
      for (const statement of statements) await client.query(statement);
      await walls('ENABLE', 'FORCE');
    });
  }

  /**
   * As the owner, with every wall up: adds an event of that instant and the seal for it, rightly linked and hashed, which
   * says that it was made then. No policy or trigger is in the way of the owner who adds.
   */
  async forge(organizationId: string, instant: string, sealedAt = instant, horizon = sealedAt): Promise<string> {
    const id = randomUUID();
    await connected(this.database.ownerUrl, async (client) => {
      await client.query(`SELECT set_config('app.reach', 'all', false)`);
      await client.query(FORGE_EVENT, [id, instant, organizationId]);
      await client.query(FORGE_SEAL, [id, sealedAt, horizon]);
    });
    return id;
  }

  /** As a superuser, whom no policy binds and who can switch off every trigger at once. */
  async asSuperuser(text: string, values: unknown[] = []): Promise<void> {
    await connected(this.database.adminUrl, async (client) => {
      await client.query('SET session_replication_role = replica');
      await client.query(text, values);
    });
  }
}

const ADD = `
  WITH told AS MATERIALIZED (SELECT set_config('app.organization_id', coalesce($1::uuid::text, ''), true))
  INSERT INTO audit_events (id, organization_id, actor_id, actor_role, action, resource, resource_id, patient_id, outcome,
                            ip_address, request_id, details)
  SELECT id, $1, id, 'ADMIN', 'UPDATE_PATIENT', 'patient', id, id, 'SUCCESS', '127.0.0.1', 'request', '{"fields": ["Ümlaut"]}'
    FROM unnest($2::uuid[]) id, told`;

const FORGE_EVENT = `
  INSERT INTO audit_events (id, occurred_at, organization_id, action, resource, outcome)
  VALUES ($1, $2, $3, 'FORGED', 'patient', 'SUCCESS')`;

const FORGE_SEAL = `
  WITH forged AS (
    SELECT event.id, coalesce(event.organization_id, '${NOBODY}') AS chain, ${rowHash('event')} AS row_hash
      FROM audit_events event WHERE event.id = $1
  ), link AS (
    SELECT forged.chain, coalesce(head.seq, 0) + 1 AS seq, 1 AS event_count, coalesce(head.hash, ${NO_SEAL}) AS previous_hash,
           $2::timestamptz AS sealed_at, $3::timestamptz AS horizon, forged.id, forged.row_hash
      FROM forged LEFT JOIN LATERAL (SELECT seq, hash FROM audit.seals WHERE chain = forged.chain ORDER BY seq DESC LIMIT 1) head ON true
  ), members AS (
    INSERT INTO audit.sealed_events (event_id, chain, seq, row_hash) SELECT id, chain, seq, row_hash FROM link
  )
  INSERT INTO audit.seals (chain, seq, event_count, previous_hash, hash, sealed_at, horizon)
  SELECT chain, seq, event_count, previous_hash, ${sealHash('link', 'link.row_hash')}, sealed_at, horizon FROM link`;
