import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditSealing } from '../../src/oversight/audit-trail/audit-sealing.service.ts';
import { archiveMonths } from '../../src/oversight/audit-trail/archive-months.ts';
import { verifyTrail } from '../../src/oversight/audit-trail/verify-trail.ts';
import { verifyLedger } from '../../src/oversight/verification/verify-ledger.ts';
import { Environment, POOLINGS, type Pooling } from '../../src/platform/config/environment.ts';
import { OWNER } from '../../src/platform/database/connection/settings.ts';
import { DATABASE } from '../../src/platform/database/embedded/first-start.ts';
import { Housekeeping } from '../../src/platform/database/housekeeping.service.ts';
import { openDatabase } from '../../src/platform/database/open-database.ts';
import { PostgresServer } from '../proof/faults/harness/postgres-server.ts';
import { startApi } from '../support/api-process.ts';
import { testCluster, withDatabase } from '../support/cluster.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { HOSTILE_SETTINGS, type HostileSetting } from '../support/hostile-settings.ts';
import { connected } from '../support/sql.ts';
import { createTestApp, type GraphQLAnswer } from '../support/test-app.ts';
import { workday, type Asks } from '../support/workday.ts';
import { World } from '../support/world.ts';

const LIMIT_MS = 120_000;
const MONTHS = `SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_class c
  WHERE c.relname ~ '^events_[0-9]{4}' ORDER BY 1`;

const cluster = testCluster();
/** By way of another database, where none of the hostile settings holds. */
const asAdmin = (text: string) => connected(cluster.adminUrl, (admin) => admin.query(text));
/** Settings that this version does not know cannot be set either. */
const known = await connected(cluster.adminUrl, async (admin) => {
  const { rows } = await admin.query<{ name: string }>('SELECT lower(name) AS name FROM pg_settings');
  const names = new Set(rows.map(({ name }) => name));
  return HOSTILE_SETTINGS.filter(({ name }) => name.startsWith('app.') || names.has(name.toLowerCase()));
});
const started = (database: TestDatabase, DATABASE_POOLING: Pooling, settings: Record<string, string> = {}) =>
  openDatabase(
    Environment.read({
      NODE_ENV: 'test',
      DATABASE_URL: database.applicationUrl,
      DATABASE_MIGRATION_URL: database.ownerUrl,
      DATABASE_POOLING,
      ...settings,
    }),
  );

type Answers = (text: string, variables: Record<string, unknown>, token: string) => Promise<Partial<GraphQLAnswer>>;

const asks =
  ({ query }: { readonly query: Answers }): Asks =>
  async (text, variables, token) => {
    const { data, errors } = await query(text, variables, token);
    if (errors) throw new Error(JSON.stringify(errors));
    return data as Record<string, unknown>;
  };

/** A day of work, then all that looks at what it has left behind. */
async function wholeDay(database: TestDatabase, pooling: Pooling): Promise<unknown> {
  const world = await World.create({ DATABASE_POOLING: pooling, AUDIT_SEAL_SECONDS: '3600' }, database);
  try {
    const told = await workday(world, await world.practice(), asks(world.test));
    await world.test.app.get(Housekeeping, { strict: false }).prepareAuditMonths();
    await world.test.app.get(AuditSealing, { strict: false }).run();
    const { differences, events, unsealed } = await verifyTrail(database.ownerUrl);
    const { breaches, checked } = await verifyLedger(database.ownerUrl);
    const health = await world.test.app.inject({ method: 'GET', url: '/health/ready' });
    return { told, differences, events, unsealed, breaches, checked, ready: health.statusCode };
  } finally {
    await world.test.app.close();
  }
}

describe('given settings of the server that would change what is stored and answered', () => {
  let ordinary: unknown;
  let months: unknown;
  let database: TestDatabase;

  const boundsOf = (of: TestDatabase) =>
    connected(of.ownerUrl, (owner) => owner.query(MONTHS), OWNER).then(({ rows }) => rows as unknown);

  beforeAll(async () => {
    const undisturbed = await createTestDatabase('template0');
    await started(undisturbed, 'session');
    ordinary = await wholeDay(undisturbed, 'session');
    months = await boundsOf(undisturbed);
    await undisturbed.drop();
  }, LIMIT_MS);
  beforeEach(async () => {
    database = await createTestDatabase('template0');
  });
  afterEach(() => database.drop());

  it('then an ordinary day is one without differences', () => {
    expect(ordinary).toMatchObject({ differences: [], breaches: [], unsealed: 0, ready: 200 });
  });

  /** Where a database, or a login in it, is told of a setting; what all logins of a server are told others would notice. */
  const SCOPES = {
    'ALTER DATABASE': ({ name }: TestDatabase) => [`DATABASE ${name}`],
    'ALTER ROLE IN DATABASE': ({ name }: TestDatabase) =>
      ['therapy_owner', 'therapy_api'].map((role) => `ROLE ${role} IN DATABASE ${name}`),
  };

  describe.each(Object.entries(SCOPES))('by %s', (_, scopesOf) => {
    const settle = async (settings: readonly HostileSetting[]) => {
      for (const scope of scopesOf(database))
        for (const { name, value } of settings) await asAdmin(`ALTER ${scope} SET ${name} = ${value}`);
    };

    it.each(POOLINGS)(
      'when all that we can set is hostile, migrations included, then by %s a day is as on any other server',
      async (pooling) => {
        await settle(known.filter((setting) => setting[pooling] !== 'refused'));
        await started(database, pooling);
        expect(await wholeDay(database, pooling)).toEqual(ordinary);
        expect(await archiveMonths(database.ownerUrl, '2026-01')).toEqual({ filed: 0, moved: [] });
        expect(await boundsOf(database)).toEqual(months);
      },
      LIMIT_MS,
    );
  });

  const refusals = POOLINGS.flatMap((pooling) =>
    known.filter((setting) => setting[pooling] === 'refused').map(({ name, value }) => ({ pooling, name, value })),
  );
  describe('one at a time', () => {
    let migrated: TestDatabase;

    beforeAll(async () => {
      migrated = await createTestDatabase();
    });
    afterAll(() => migrated.drop());

    it.each(refusals)(
      'when $name is $value, then a start by $pooling is refused in one line, whose statement lets it start',
      async ({ pooling, name, value }) => {
        await asAdmin(`ALTER DATABASE ${migrated.name} SET ${name} = ${value}`);
        const refusal = await started(migrated, pooling, { MIGRATE_ON_START: 'false' }).then(String, String);
        expect(refusal).toMatch(new RegExp(`^Error: The setting ${name} is \\S+ and has to be [^\\n]+$`));

        const [, statement] = / run (ALTER ROLE .+?)\.$/.exec(refusal)!;
        await asAdmin(statement!);
        await started(migrated, pooling, { MIGRATE_ON_START: 'false' });
        await asAdmin(statement!.replace(/SET .*/, 'RESET ALL'));
        await asAdmin(`ALTER DATABASE ${migrated.name} RESET ALL`);
      },
    );

    it.each([
      ['default_transaction_read_only', 'false'],
      ['row_security', 'yes'],
      ['idle_session_timeout', '"0s"'],
    ])('when %s is %s, which is right in other words, then both poolings start', async (name, value) => {
      await asAdmin(`ALTER DATABASE ${migrated.name} SET ${name} = ${value}`);
      for (const pooling of POOLINGS) await started(migrated, pooling, { MIGRATE_ON_START: 'false' });
      await asAdmin(`ALTER DATABASE ${migrated.name} RESET ALL`);
    });

    it.each(known.filter(({ session }) => session === 'refused'))(
      'when $name is $value, then nothing is migrated',
      async ({ name, value }) => {
        await asAdmin(`ALTER DATABASE ${database.name} SET ${name} = ${value}`);
        await expect(started(database, 'session')).rejects.toThrow(`The setting ${name} is `);
        const tables = await connected(database.ownerUrl, (owner) =>
          owner.query(`SELECT FROM pg_class WHERE relname = 'users'`),
        );
        expect(tables.rowCount).toBe(0);
      },
    );
  });

  it.each(['LATIN1', 'SQL_ASCII'])(
    'when the database is in %s, then the start is refused by its name',
    async (encoding) => {
      const name = `l_${database.name}`;
      await asAdmin(
        `CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LOCALE_PROVIDER libc LOCALE 'C' OWNER therapy_owner`,
      );
      try {
        const there = {
          ...database,
          applicationUrl: withDatabase(database.applicationUrl, name),
          ownerUrl: withDatabase(database.ownerUrl, name),
        };
        await expect(started(there, 'session')).rejects.toThrow(
          new RegExp(`^The setting server_encoding is ${encoding} and has to be UTF8: .+ENCODING 'UTF8'\\.$`),
        );
      } finally {
        await asAdmin(`DROP DATABASE ${name}`);
      }
    },
  );

  it(
    'when the URL has options of its own, then they are heard, but for those that are ours',
    async () => {
      await started(database, 'session');
      const options = encodeURIComponent('-c DateStyle=German -c work_mem=5MB -c role=none');
      const url = `${database.applicationUrl}&options=${options}&statement_timeout=7&replication=database`;
      expect(await wholeDay({ ...database, applicationUrl: url }, 'session')).toEqual(ordinary);
    },
    LIMIT_MS,
  );
});

describe('given a process whose environment would change what is stored and answered', () => {
  it(
    'when it is asked for a day of work, then that is as anywhere else',
    async () => {
      const JWT_SECRET = randomBytes(32).toString('hex');
      const database = await createTestDatabase();
      const world = await World.create({ JWT_SECRET }, database);
      const api = await startApi(database, { JWT_SECRET, ...HOSTILE_ENVIRONMENT });
      try {
        await api.untilReady();
        const there = await workday(world, await world.practice(), asks(api));
        expect(there).toEqual(await workday(world, await world.practice(), asks(world.test)));
        expect(there).toEqual(await workday(world, await world.practice(), asks(api)));
      } finally {
        api.signal('SIGKILL');
        await api.ended;
        await world.close();
      }
    },
    LIMIT_MS,
  );
});

describe('given a server that has become a standby', () => {
  it(
    'when probes ask, then the process is not ready; when one starts, then it is refused by name',
    async () => {
      const server = await PostgresServer.make();
      const { adminUrl, ownerUrl, applicationUrl } = server;
      const database = { name: DATABASE, adminUrl, ownerUrl, applicationUrl, drop: () => server.stop() };
      const { app, close } = await createTestApp({}, database);
      const ready = async () => (await app.inject({ method: 'GET', url: '/health/ready' })).statusCode;
      try {
        expect(await ready()).toBe(200);
        await server.kill();
        await writeFile(join(server.data, 'standby.signal'), '');
        await server.start();
        expect(await ready()).toBe(503);
        for (const MIGRATE_ON_START of ['true', 'false'])
          await expect(started(database, 'session', { MIGRATE_ON_START })).rejects.toThrow(
            /^The setting in_hot_standby is on .+ a standby, so name the primary\.$/,
          );
      } finally {
        await close();
      }
    },
    LIMIT_MS,
  );
});

/** In Liberia noon was 44 minutes and 30 seconds behind until 1972. */
const HOSTILE_ENVIRONMENT = {
  TZ: 'Africa/Monrovia',
  LANG: 'tr_TR.UTF-8',
  LC_ALL: 'tr_TR.UTF-8',
  LC_COLLATE: 'sv_SE.UTF-8',
  PGTZ: 'Asia/Kolkata',
  PGDATESTYLE: 'German',
  PGOPTIONS: '-c DateStyle=German -c search_path=pg_temp -c TimeZone=Asia/Kolkata -c bytea_output=escape',
  PGUSER: 'nobody',
  PGPASSWORD: 'nothing',
  PGDATABASE: 'nowhere',
  PGHOST: '192.0.2.1',
  PGPORT: '1',
  PGSSLMODE: 'require',
  PGAPPNAME: 'somebody-else',
  PGCLIENTENCODING: 'LATIN1',
  PGREPLICATION: 'database',
  PGCONNECT_TIMEOUT: '1',
};
