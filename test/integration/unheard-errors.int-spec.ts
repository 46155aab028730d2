import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startApi, type ApiProcess } from '../support/api-process.ts';
import { settingsOfCluster } from '../support/cluster.ts';
import { connected } from '../support/sql.ts';
import { at, World, type Practice } from '../support/world.ts';

const FROM_SOURCES = new URL('../support/from-sources.mjs', import.meta.url).href;
const WATCH = new URL('../support/unheard-errors.mjs', import.meta.url).href;
const JWT_SECRET = randomBytes(32).toString('hex');
const TIMES = 10;

/** An 'error' that nobody listens to ends the process: whatever can emit one is listened to at every moment of its life. */
describe('given processes in which everything that can emit an error is watched', () => {
  let world: World;
  let practice: Practice;
  let booking: object;
  let folder: string;
  let dataDir: string;
  let watch: Record<string, string>;
  let api: ApiProcess | undefined;
  const unheard = async () => (await readFile(watch.UNHEARD_ERRORS!, 'utf8')).split('\n').filter(Boolean);

  beforeAll(async () => {
    world = await World.create({ JWT_SECRET });
    practice = await world.practice();
    const [{ id: practitionerId }, { id: patientId }] = [
      await world.practitioner(practice),
      await world.patient(practice),
    ];
    booking = { patientId, practitionerId, authorizationId: await world.authorization(practice, patientId) };
    folder = await mkdtemp(join(tmpdir(), 'therapy-unheard-'));
    dataDir = `${folder}-data`;
  });
  afterAll(async () => {
    for (const made of [folder, dataDir]) await rm(made, { recursive: true, force: true });
    await world.close();
  });
  afterEach(async () => {
    api?.signal('SIGKILL');
    await api?.ended;
  });
  beforeEach(async () => {
    const UNHEARD_ERRORS = join(folder, randomBytes(4).toString('hex'));
    await writeFile(UNHEARD_ERRORS, '');
    watch = { UNHEARD_ERRORS, NODE_OPTIONS: `--import ${WATCH}` };
  });

  it.each([
    { of: 'one host', year: 2031, url: (url: string) => url },
    { of: 'several hosts', year: 2032, url: (url: string) => url.replace(/@([^/]+)/, '@$1,$1') },
  ])('when the API works while connections to $of end, then nothing is ever unheard', async ({ year, url }) => {
    const { database } = world.test;
    api = await startApi(
      { applicationUrl: url(database.applicationUrl), ownerUrl: url(database.ownerUrl) },
      { JWT_SECRET, METRICS_PORT: '0', AUDIT_SEAL_SECONDS: '1', ...watch },
    );
    await api.untilReady();
    const { query } = api;
    const answers = await connected(database.adminUrl, async (admin) => {
      const codes: (string | undefined)[] = [];
      for (let nth = 0; nth < TIMES; nth++) {
        const input = {
          ...booking,
          ...at(`${year}-01-${10 + nth}`, '10:00'),
          idempotencyKey: randomBytes(8).toString('hex'),
        };
        const [booked, read] = await Promise.all([
          query(
            'mutation($input: CreateAppointmentInput!) { createAppointment(input: $input) { id } }',
            { input },
            practice.admin,
          ),
          query('{ appointments { nodes { id patient { id } } } }', {}, practice.admin),
          admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE application_name = 'therapy-units' AND datname = current_database()`),
        ]);
        codes.push(booked.code, read.code);
      }
      return codes.map((code) => code ?? 'OK');
    });
    api.signal('SIGTERM');
    expect([await api.ended, await unheard()]).toEqual([0, []]);
    expect(answers.filter((code) => code !== 'TRY_AGAIN')).toContain('OK');
    expect(answers.filter((code) => !['OK', 'TRY_AGAIN'].includes(code))).toEqual([]);
  });

  it('when each command does its work, then nothing is ever unheard', async () => {
    const { applicationUrl, ownerUrl } = world.test.database;
    const commands: Record<string, { args?: string[]; settings?: Record<string, string> }> = {
      // with the PostgreSQL that comes along, in a folder of its own
      admin: {
        settings: {
          DATABASE_URL: '',
          DATABASE_MIGRATION_URL: '',
          DATA_DIR: dataDir,
          ADMIN_EMAIL: 'first@example.org',
          ADMIN_PASSWORD: 'a long and lonely road',
        },
      },
      'audit-archive': { args: ['--before', '2020-01'] },
      'audit-verify': {},
      'demo-shut': {},
      'ledger-verify': {},
      'migration-run': {},
      schema: {},
    };
    expect((await readdir('src/commands')).map((file) => file.replace('.ts', '')).sort()).toEqual(
      Object.keys(commands),
    );
    for (const [name, { args = [], settings }] of Object.entries(commands)) {
      const child = spawn(process.execPath, ['--import', FROM_SOURCES, `src/commands/${name}.ts`, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env.PATH,
          NODE_ENV: 'test',
          JWT_SECRET,
          DATABASE_URL: applicationUrl,
          DATABASE_MIGRATION_URL: ownerUrl,
          ...settingsOfCluster(),
          ...settings,
          ...watch,
        },
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (output += text));
      const [code] = (await once(child, 'close')) as [number];
      expect({ name, code, output: code ? output : '', unheard: await unheard() }).toEqual({
        name,
        code: 0,
        output: '',
        unheard: [],
      });
    }
  });
});
