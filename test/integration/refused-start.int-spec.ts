import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { Build, ServerProcess } from '../support/server-process.ts';

const LIMIT_MS = 90_000;
const JWT_SECRET = 'c2f0b7e19d4a8356c2f0b7e19d4a8356';

describe('given a start that the machine or its settings do not allow', () => {
  let build: Build;
  let database: TestDatabase;
  let folder: string;
  let other: Server;
  let taken: string;

  beforeAll(async () => {
    [build, database] = await Promise.all([Build.make(), createTestDatabase()]);
    folder = await mkdtemp(join(tmpdir(), 'therapy-refused-'));
    await writeFile(join(folder, 'file'), '');
    other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    taken = String((other.address() as AddressInfo).port);
  }, LIMIT_MS);
  afterAll(async () => {
    other.close();
    await build.remove();
    await rm(folder, { recursive: true });
    await database.drop();
  });

  const started = async (settings: Record<string, string>) => {
    const { applicationUrl: DATABASE_URL, ownerUrl: DATABASE_MIGRATION_URL } = database;
    const server = await ServerProcess.start(build, { DATABASE_URL, DATABASE_MIGRATION_URL, JWT_SECRET, ...settings });
    return { ended: await server.stop(), lines: server.lines };
  };

  it.each<[string, () => Record<string, string>, RegExp]>([
    [
      'PORT is taken',
      () => ({ PORT: taken }),
      /^PORT: something else listens on port \d+ of 127\.0\.0\.1, perhaps an earlier start\. End it, or set PORT to another/,
    ],
    ['METRICS_PORT is taken', () => ({ METRICS_PORT: taken }), /^METRICS_PORT: something else listens on port \d+ /],
    [
      'HOST is elsewhere',
      () => ({ HOST: '203.0.113.7' }),
      /^HOST: 203\.0\.113\.7 is no address of this machine\. Set HOST/,
    ],
    [
      'the password of the database is wrong',
      () => ({ DATABASE_URL: database.applicationUrl.replace(/:[^:@]+@/, ':wrong@') }),
      /^DATABASE_URL: PostgreSQL refuses login and password \(.+\)\. Correct them/,
    ],
    [
      'the data folder cannot be made',
      () => ({ DATABASE_URL: '', DATABASE_MIGRATION_URL: '', DATA_DIR: join(folder, 'file/data') }),
      /^DATA_DIR: the folder .+file\/data cannot be written to \(ENOTDIR: .+\)\. Set DATA_DIR to one/,
    ],
    [
      'the development secret cannot be kept',
      () => ({ JWT_SECRET: '', DATA_DIR: join(folder, 'file/data') }),
      /^DATA_DIR: the folder .+file\/data cannot be written to/,
    ],
  ])(
    'when %s, then one line says which setting it is and what to do, and the process ends with 1',
    async (_, settings, said) => {
      const { ended, lines } = await started(settings());
      expect(lines).toEqual([expect.stringMatching(said)]);
      expect(ended).toBe(1);
    },
    LIMIT_MS,
  );

  it(
    'when it is production, then the line is one of its log, with no stack',
    async () => {
      const { ended, lines } = await started({ NODE_ENV: 'production', PORT: taken });
      const told = lines.map((line) => JSON.parse(line) as { level: string; msg: string; error?: object });
      expect(told).toEqual([
        expect.objectContaining({
          level: 'fatal',
          context: 'main',
          msg: expect.stringMatching(/^PORT: something else/),
        }),
      ]);
      expect(told[0]).not.toHaveProperty('error');
      expect(ended).toBe(1);
    },
    LIMIT_MS,
  );
});
