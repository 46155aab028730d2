import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEMO_LOGINS, DEMO_PASSWORD } from '../../src/app/demo/demo-data.ts';
import { verifyPassword } from '../../src/people/users/passwords.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { Build, ServerProcess } from '../support/server-process.ts';
import { read } from '../support/sql.ts';

const LIMIT_MS = 120_000;
const JWT_SECRET = 'c2f0b7e19d4a8356c2f0b7e19d4a8356';
const EMAILS = DEMO_LOGINS.map(({ email }) => email);

let build: Build;
beforeAll(async () => {
  build = await Build.make();
});
afterAll(() => build.remove());

const settingsOf = ({ applicationUrl, ownerUrl }: TestDatabase) => ({
  ...{ DATABASE_URL: applicationUrl, DATABASE_MIGRATION_URL: ownerUrl, JWT_SECRET },
});

describe('given a database that was filled with the demo, by name', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    const server = await ServerProcess.start(build, { ...settingsOf(database), DEMO_DATA: 'true' });
    expect(await server.stop()).toBe(0);
    expect(server.output).toContain('super@demo.example');
  }, LIMIT_MS);
  afterAll(() => database.drop());

  const inProduction = (): Promise<ServerProcess> =>
    ServerProcess.start(build, { ...settingsOf(database), NODE_ENV: 'production', SHUTDOWN_DELAY_SECONDS: '0' });
  const shut = async (): Promise<string> => {
    const command = join(build.folder, 'src/commands/demo-shut.js');
    const env = { PATH: process.env.PATH, NODE_ENV: 'production', ...settingsOf(database) };
    return (await promisify(execFile)(process.execPath, [command], { env, cwd: build.folder })).stdout;
  };
  const count = async (table: string): Promise<unknown> =>
    (await read(database.ownerUrl, `SELECT count(*)::int AS rows FROM ${table}`))[0]!.rows;

  it(
    'when production is started on it, then one line names the command, and the process ends with 1',
    async () => {
      const server = await inProduction();
      expect(await server.ended()).toBe(1);
      expect(server.lines.map((line) => JSON.parse(line) as object)).toEqual([
        expect.objectContaining({ level: 'fatal', msg: expect.stringMatching(/7 of the demo's.+npm run demo:shut/) }),
      ]);
    },
    LIMIT_MS,
  );

  it(
    'when the command has run, then production starts, nobody signs in with a public password, and no row is gone',
    async () => {
      const tables = ['users', 'appointments', 'ledger_entries', 'sessions'];
      const before = await Promise.all(tables.map(count));

      const told = await shut();

      for (const email of EMAILS) expect(told).toContain(email);
      expect(await Promise.all(tables.map(count))).toEqual(before);
      const events = await read(
        database.ownerUrl,
        `SELECT details->'fields' AS fields FROM audit_events WHERE action = 'UPDATE_USER' AND request_id = 'demo:shut'`,
      );
      expect(events).toEqual(EMAILS.map(() => ({ fields: ['active', 'password'] })));
      expect(await shut()).toMatch(/^None of the demo's accounts can sign in/);

      const server = await inProduction();
      const answer = await signIn(server, EMAILS[0]!);
      expect(await server.stop()).toBe(0);
      expect(answer).toContain('UNAUTHENTICATED');
      // nor once somebody has reactivated the account
      for (const { password_hash: hash } of await read(database.ownerUrl, 'SELECT password_hash FROM users'))
        expect(await verifyPassword(hash as string, DEMO_PASSWORD)).toBe(false);
    },
    LIMIT_MS,
  );

  it(
    'when it is started outside production again, then it tells of no login',
    async () => {
      const server = await ServerProcess.start(build, { ...settingsOf(database), DEMO_DATA: 'true' });
      expect(await server.stop()).toBe(0);
      expect(server.output).not.toContain('super@demo.example');
    },
    LIMIT_MS,
  );
});

describe('given an empty database of DATABASE_URL', () => {
  it(
    'when nobody asks for the demo, then it stays empty, and the start says how to get a login',
    async () => {
      const database = await createTestDatabase();
      try {
        const server = await ServerProcess.start(build, settingsOf(database));
        expect(await server.stop()).toBe(0);
        expect(server.output).toContain('DEMO_DATA=true');
        expect(await read(database.ownerUrl, 'SELECT id FROM organizations')).toEqual([]);
      } finally {
        await database.drop();
      }
    },
    LIMIT_MS,
  );
});

async function signIn(server: ServerProcess, email: string): Promise<string> {
  const response = await server.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'mutation($input: LoginInput!) { login(input: $input) { accessToken } }',
      variables: { input: { email, password: DEMO_PASSWORD } },
    }),
  });
  return response.text();
}
