import type { AddressInfo } from 'node:net';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { GraphQLSchema } from 'graphql';
import pg from 'pg';
import { World } from '../../support/world.ts';
import { Tenant } from './tenant.ts';
import { Writes } from './writes.ts';

export type { Kind } from './tenant.ts';

export interface Caller {
  readonly name: string;
  /** Whose people they are; super admins and nobody are of neither. */
  readonly tenant?: Tenant;
  readonly token?: string;
  readonly seesAll?: true;
}

/** Who sends an input, and where it stands in its run. */
export interface Place {
  readonly caller: Caller;
  readonly own: Tenant;
  readonly foreign: Tenant;
  /** Unique in its run: what is to be new is named by it. */
  readonly serial: number;
  /** What texts are made of: they hold the marker of the caller's practice, and none where that is unknown. */
  readonly words: string;
}

const MARKERS = ['zqkalder', 'zqkbirch'] as const;
const ROLES = ['admin', 'practitioner', 'patient'] as const;

/** The application with two practices, and everybody who may call. */
export class Rig {
  private constructor(
    readonly world: World,
    readonly tenants: readonly [Tenant, Tenant],
    readonly db: pg.Client,
    readonly writes: Writes,
    readonly callers: ReadonlyMap<string, Caller>,
    readonly openApi: OpenAPIObject,
    /** Where it listens, for calls that no client would send. */
    readonly port: number,
  ) {}

  static async create(): Promise<Rig> {
    // no limits of calls: refusals for their number would hide all others
    const world = await World.create({ POINTS_PER_MINUTE: '0', AUDIT_SEAL_SECONDS: '0' });
    const tenants: [Tenant, Tenant] = [
      await Tenant.found(world, MARKERS[0], 'America/New_York'),
      await Tenant.found(world, MARKERS[1], 'Asia/Kathmandu'),
    ];
    const db = new pg.Client({ connectionString: world.test.database.adminUrl });
    db.on('error', () => undefined);
    await db.connect();
    const writes = await Writes.watch(db);
    await db.query('CREATE TABLE proof.accounts AS SELECT id, role, active, password_hash FROM users');
    await world.test.app.listen(0, '127.0.0.1');
    const { port } = world.test.app.getHttpServer().address() as AddressInfo;
    const openApi = (await world.test.app.inject({ url: '/api-docs/json' })).json<OpenAPIObject>();
    return new Rig(world, tenants, db, writes, callersOf(world, tenants), openApi, port);
  }

  get schema(): GraphQLSchema {
    return this.world.test.app.get(GraphQLSchemaHost).schema;
  }

  place(callerName: string, serial: number): Place {
    const caller = this.callers.get(callerName)!;
    const own = caller.tenant ?? this.tenants[serial % 2]!;
    const foreign = own === this.tenants[0] ? this.tenants[1] : this.tenants[0];
    return { caller, own, foreign, serial, words: caller.tenant ? `${own.marker} words` : 'words' };
  }

  /** Undoes what would let later calls be refused for no fault of theirs, and makes more of what was used up. */
  async replenish(): Promise<void> {
    await this.db.query(
      `UPDATE users SET role = kept.role, active = kept.active, password_hash = kept.password_hash
         FROM proof.accounts kept WHERE kept.id = users.id
          AND (users.role, users.active, users.password_hash) IS DISTINCT FROM (kept.role, kept.active, kept.password_hash)`,
    );
    await this.db.query(
      'UPDATE organizations SET staff_second_factor_required = false WHERE staff_second_factor_required',
    );
    await this.db.query('DELETE FROM app.login_attempts');
    // only so many may be live
    await this.db.query(
      `UPDATE emergency_access_grants SET revoked_at = now(), revocation_reason = 'over'
        WHERE revoked_at IS NULL AND expires_at > now()`,
    );
    for (const tenant of this.tenants) await tenant.replenish();
  }

  /** Callers whom the API does not know any more: all that they send would be refused at the door. */
  async lost(): Promise<string[]> {
    const signedIn = [...this.callers.values()].filter(({ tenant, seesAll }) => tenant ?? seesAll);
    const answers = await Promise.all(
      signedIn.map(async ({ name, token }) => ({ name, ...(await this.world.query('{ me { id } }', {}, token)) })),
    );
    return answers.flatMap(({ name, code }) => (code ? [`${name}: ${code}`] : []));
  }

  async close(): Promise<void> {
    await this.db.end();
    await this.world.close();
  }
}

function callersOf(world: World, tenants: readonly Tenant[]): Map<string, Caller> {
  const callers: Caller[] = [
    { name: 'nobody' },
    { name: 'broken token', token: `${tenants[0]!.admin.token.slice(0, -6)}AAAAAA` },
    { name: 'super admin', token: world.superAdmin, seesAll: true },
  ];
  for (const [index, tenant] of tenants.entries()) {
    for (const role of ROLES) callers.push({ name: `${role} ${index + 1}`, tenant, token: tenant[role].token });
    callers.push({ name: `enrolling ${index + 1}`, tenant, token: tenant.enrolling.token });
    callers.push({ name: `enrolled ${index + 1}`, tenant, token: tenant.enrolled.token });
  }
  return new Map(callers.map((caller) => [caller.name, caller]));
}
