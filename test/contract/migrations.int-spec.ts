import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from '../../src/platform/database/schema/migrations.ts';
import { entities } from '../../src/app/entities.ts';
import { withDatabase, type ClusterUrls } from '../support/cluster.ts';

/** What PostgreSQL knows of a database: each line one thing, so that a difference names itself. */
const CATALOG = `
  SELECT 'column ' || format('%s.%s.%s %s %s default %s collation %s', n.nspname, c.relname, a.attname,
           format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END,
           coalesce(pg_get_expr(d.adbin, d.adrelid), '-'), coalesce(col.collname, '-')) AS thing
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    LEFT JOIN pg_collation col ON col.oid = a.attcollation
   WHERE n.nspname IN ('public', 'app', 'audit', 'archive') AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT 'table ' || format('%s.%s rls %s forced %s owner %s acl %s options %s', n.nspname, c.relname, c.relrowsecurity,
           c.relforcerowsecurity, pg_get_userbyid(c.relowner), c.relacl::text, c.reloptions::text)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname IN ('public', 'app', 'audit', 'archive') AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
  UNION ALL
  SELECT 'constraint ' || format('%s on %s: %s', con.conname, con.conrelid::regclass, pg_get_constraintdef(con.oid))
    FROM pg_constraint con JOIN pg_namespace n ON n.oid = con.connamespace WHERE n.nspname IN ('public', 'app', 'audit', 'archive')
  UNION ALL
  SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname IN ('public', 'app', 'audit', 'archive')
  UNION ALL
  SELECT 'policy ' || format('%s on %s.%s %s %s to %s using %s check %s', policyname, schemaname, tablename, permissive, cmd,
           roles::text, qual, with_check)
    FROM pg_policies WHERE schemaname IN ('public', 'app', 'audit', 'archive')
  UNION ALL
  SELECT 'function ' || pg_get_functiondef(p.oid) || ' acl ' || coalesce(p.proacl::text, '-')
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname IN ('public', 'app', 'audit', 'archive') AND p.prokind = 'f'
     AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = p.oid AND e.deptype = 'e')
  UNION ALL
  SELECT 'trigger ' || pg_get_triggerdef(t.oid)
    FROM pg_trigger t WHERE NOT t.tgisinternal
  UNION ALL
  SELECT 'schema ' || nspname || ' ' || coalesce(nspacl::text, '-') FROM pg_namespace WHERE nspname IN ('public', 'app', 'audit', 'archive')
  ORDER BY thing`;

const NEVER_MAPPED = ['idempotency_keys'];

describe('given a fresh, empty database', () => {
  const name = `m_${randomBytes(8).toString('hex')}`;
  let admin: pg.Client;
  let database: DataSource;

  const catalog = async (): Promise<string[]> =>
    (await database.query<{ thing: string }[]>(CATALOG)).map(({ thing }) => thing);
  /** All but TypeORM's own table and the schema that every database has. */
  const ofOurs = (things: string[]): string[] => things.filter((thing) => !/\bmigrations|^schema public /.test(thing));

  beforeAll(async () => {
    const { adminUrl, ownerUrl } = JSON.parse(process.env.TEST_CLUSTER!) as ClusterUrls;
    admin = new pg.Client({ connectionString: adminUrl });
    admin.on('error', () => undefined);
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name} OWNER therapy_owner`);
    database = new DataSource({
      type: 'postgres',
      url: withDatabase(ownerUrl, name),
      entities,
      migrations,
      logging: false,
    });
    await database.initialize();
  });
  afterAll(async () => {
    await database.destroy();
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
  });

  it('when all migrations run up, down and up again, then nothing is left below and everything is the same above', async () => {
    const run = await database.runMigrations({ transaction: 'each' });
    expect(run.map((migration) => migration.name)).toEqual(migrations.map((migration) => migration.name));
    const first = await catalog();
    expect(first.filter((thing) => thing.startsWith('table ')).length).toBeGreaterThan(12);

    for (let left = migrations.length; left > 0; left--) await database.undoLastMigration({ transaction: 'each' });
    expect(await database.query('SELECT * FROM migrations')).toEqual([]);
    expect(ofOurs(await catalog())).toEqual([]);

    await database.runMigrations({ transaction: 'each' });
    expect(await catalog()).toEqual(first);
    expect(await database.runMigrations({ transaction: 'each' })).toEqual([]);
  });

  it('when one step is undone and redone at each height, then the schema is the same', async () => {
    await database.runMigrations({ transaction: 'each' });
    const top = await catalog();
    const heights: string[][] = [top];
    for (let left = migrations.length; left > 0; left--) {
      await database.undoLastMigration({ transaction: 'each' });
      heights.push(await catalog());
    }
    for (let height = heights.length - 1; height > 0; height--) {
      // up from here to the top and down to one above: what each step makes, it takes away again
      await database.runMigrations({ transaction: 'each' });
      expect(await catalog()).toEqual(top);
      for (let down = 1; down < height; down++) await database.undoLastMigration({ transaction: 'each' });
      expect(await catalog()).toEqual(heights[height - 1]);
    }
  });

  it('when the entities are compared with it, then TypeORM finds nothing to change', async () => {
    const { upQueries } = await database.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('when tables are listed, then each is an entity, but for those that no feature reads', async () => {
    const tables = await database.query<{ name: string }[]>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname`,
    );
    const mapped = database.entityMetadatas.map(({ tableName }) => tableName);
    expect(tables.map((table) => table.name)).toEqual([...mapped, ...NEVER_MAPPED, 'migrations'].sort());
  });

  it('when a table belongs to organizations, then row-level security is on and binds its owner too', async () => {
    const open = await database.query<{ name: string }[]>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND NOT (relrowsecurity AND relforcerowsecurity)`,
    );
    expect(open.map((table) => table.name)).toEqual(['migrations']);
  });
});
