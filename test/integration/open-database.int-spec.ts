import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Environment } from '../../src/platform/config/environment.ts';
import { advised } from '../../src/platform/database/connection/usable.ts';
import { migrations } from '../../src/platform/database/schema/migrations.ts';
import { openDatabase, type OpenDatabase } from '../../src/platform/database/open-database.ts';
import { ownerLogin } from '../../src/platform/database/owner-login.ts';
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

describe('given a database that cannot be used as the settings name it', () => {
  let database: TestDatabase;
  beforeAll(async () => (database = await createTestDatabase()));
  afterAll(() => database.drop());

  const changed = (change: (url: URL) => void): string => {
    const url = new URL(database.applicationUrl);
    change(url);
    return url.href;
  };
  const refusalOf = async (settings: Record<string, string>): Promise<Error> => {
    const opening = openDatabase(Environment.read({ NODE_ENV: 'test', ...settings }));
    return opening.then(
      () => Promise.reject(new Error('It was opened.')),
      (error: unknown) => error as Error,
    );
  };
  const expectAdvice = ({ message }: Error, ...parts: readonly (string | RegExp)[]): void => {
    for (const part of parts) expect(message).toMatch(part);
    expect(message).not.toMatch(/\n|"query"/);
    for (const url of [database.applicationUrl, database.ownerUrl])
      expect(message).not.toContain(new URL(url).password);
  };

  it.each<[string, (url: URL) => void, RegExp]>([
    ['nobody listens there', (url) => (url.port = '1'), /no PostgreSQL answers there \(.+:1\)\. Start it, or correct/],
    ['its host does not exist', (url) => (url.hostname = 'no-such.invalid'), /no such host \(.+no-such\.invalid\)/],
    ['the password is wrong', (url) => (url.password = 'wrong'), /refuses login and password \(.+therapy_api.+%40/],
    ['it has no password', (url) => (url.password = ''), /asks for a password .+postgres:\/\/login:password@host/],
    ['it names no such database', (url) => (url.pathname = '/nowhere'), /no such database \(.*nowhere.*README\.md/],
    [
      'TLS is asked for, and not there',
      (url) => (url.search = '?sslmode=verify-full'),
      /TLS, which the server does not/,
    ],
    ['a file for TLS is missing', (url) => (url.search = '?sslrootcert=/nowhere/ca.pem'), /file that cannot be read/],
    ['its socket is not there', (url) => (url.search = '?host=/nowhere'), /no PostgreSQL answers there \(.+\/nowhere/],
  ])('when %s, then a line names the setting, what is wrong and what to do', async (_, change, said) => {
    const wrong = changed(change);
    const [of, right] = [{ DATABASE_URL: wrong }, { DATABASE_URL: database.applicationUrl }];
    expectAdvice(await refusalOf(of), /^DATABASE_URL: /, said);
    expectAdvice(await refusalOf({ ...of, MIGRATE_ON_START: 'false' }), /^DATABASE_URL: /, said);
    expectAdvice(await refusalOf({ ...right, DATABASE_MIGRATION_URL: wrong }), /^DATABASE_MIGRATION_URL: /, said);
    await expect(ownerLogin({ DATABASE_URL: wrong })).rejects.toThrow(said);
  });

  it('when none of several hosts answers, then the line says so', async () => {
    const DATABASE_URL = 'postgres://me:pw@127.0.0.1:1,127.0.0.1:2/db';
    expectAdvice(
      await refusalOf({ DATABASE_URL }),
      /^DATABASE_URL: none of its hosts takes writes \(.+\)\. Start the primary/,
    );
  });

  it('when the login owns nothing, and may make nothing, then the line says whose it has to be', async () => {
    const DATABASE_URL = changed((url) => (url.pathname = '/postgres'));
    expectAdvice(await refusalOf({ DATABASE_URL }), /^DATABASE_URL: .+permission denied.+own the database/);
  });

  it('when something accepts connections and says nothing, then it is given up', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    try {
      const DATABASE_URL = `postgres://me:pw@127.0.0.1:${port}/db`;
      expectAdvice(await refusalOf({ DATABASE_URL }), /^DATABASE_URL: no PostgreSQL answers there/);
    } finally {
      silent.close();
    }
  });

  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', /certificate of the server is not trusted .+sslrootcert/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /certificate of the server is not trusted/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /certificate of the server is not trusted .+the host as the certificate does/],
    ['28000', /does not let this login in .+pg_hba\.conf/],
    ['53100', /the disk of PostgreSQL is full/],
    ['53300', /no connection left/],
    ['57P03', /starting or stopping/],
  ])('when it fails with %s, then there is advice', (code, said) => {
    expectAdvice(
      advised('DATABASE_URL', Object.assign(new Error('their words'), { code })) as Error,
      said,
      'their words',
    );
  });

  it('when it is a bug of ours, then it stays what it is', () => {
    const bug = new TypeError('x is undefined');
    expect(advised('DATABASE_URL', bug)).toBe(bug);
  });
});
