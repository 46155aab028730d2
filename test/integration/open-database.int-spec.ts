import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Environment } from '../../src/platform/config/environment.ts';
import { migrations } from '../../src/platform/database/schema/migrations.ts';
import { openDatabase, type OpenDatabase } from '../../src/platform/database/open-database.ts';
import { withDatabase } from '../support/cluster.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { connected, read } from '../support/sql.ts';

const PASSWORD = randomBytes(12).toString('hex');
const LACKS_MIGRATIONS = /lacks migrations of this build.+npm run migration:run/;

describe('given a start that does not migrate', () => {
  let database: TestDatabase;
  let empty: string;
  let stranger: string;

  beforeEach(async () => {
    database = await createTestDatabase();
    empty = `e_${database.name}`;
    stranger = `s_${database.name}`;
    await asAdmin(`CREATE DATABASE ${empty} OWNER therapy_owner`);
    await asAdmin(`CREATE ROLE ${stranger} LOGIN PASSWORD '${PASSWORD}'`);
  });
  afterEach(async () => {
    await asAdmin(`DROP DATABASE ${empty} WITH (FORCE)`);
    await asAdmin(`DROP ROLE ${stranger}`);
    await database.drop();
  });

  const asAdmin = (text: string) => connected(database.adminUrl, (admin) => admin.query(text));
  const started = (settings: Record<string, string>): Promise<OpenDatabase> =>
    openDatabase(
      Environment.read({
        NODE_ENV: 'test',
        MIGRATE_ON_START: 'false',
        DATABASE_URL: database.applicationUrl,
        // whoever tried this login would fail
        DATABASE_MIGRATION_URL: 'postgres://nobody:nothing@127.0.0.1:1/nowhere',
        ...settings,
      }),
    );
  const loginOf = (url: string, user: string): string => {
    const changed = new URL(url);
    [changed.username, changed.password] = [user, PASSWORD];
    return changed.href;
  };

  it.each(['session', 'transaction'])(
    'when the database is migrated, then it opens by %s without the owner’s login',
    async (DATABASE_POOLING) => {
      const { login, role, embedded } = await started({ DATABASE_POOLING });
      expect({ login, role, embedded }).toEqual({ login: 'therapy_api', role: 'therapy_app', embedded: false });
    },
  );

  it.each(['session', 'transaction'])(
    'when the database was never migrated, then it is refused by %s with what to do, and stays as it was',
    async (DATABASE_POOLING) => {
      const DATABASE_URL = withDatabase(database.applicationUrl, empty);
      await expect(started({ DATABASE_URL, DATABASE_POOLING })).rejects.toThrow(LACKS_MIGRATIONS);
      const tables = await read(
        withDatabase(database.ownerUrl, empty),
        `SELECT FROM pg_namespace WHERE nspname = 'app'`,
      );
      expect(tables).toEqual([]);
    },
  );

  it('when the newest migration is missing, then it is refused with what to do', async () => {
    const newest = new migrations[migrations.length - 1]!().name;
    await read(database.ownerUrl, 'DELETE FROM migrations WHERE name = $1', [newest]);
    await expect(started({})).rejects.toThrow(LACKS_MIGRATIONS);
  });

  it('when the login may not use the role, then the refusal is the statement that an administrator runs', async () => {
    await expect(started({ DATABASE_URL: loginOf(database.applicationUrl, stranger) })).rejects.toThrow(
      `GRANT therapy_app TO "${stranger}"`,
    );
  });

  it('when it may migrate after all, then the empty database is migrated', async () => {
    const { login } = await started({
      MIGRATE_ON_START: 'true',
      DATABASE_URL: withDatabase(database.applicationUrl, empty),
      DATABASE_MIGRATION_URL: withDatabase(database.ownerUrl, empty),
    });
    expect(login).toBe('therapy_api');
    expect(await read(withDatabase(database.ownerUrl, empty), 'SELECT FROM migrations')).toHaveLength(
      migrations.length,
    );
  });
});
