import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { settingsOfCluster } from '../support/cluster.ts';
import { Build, ServerProcess } from '../support/server-process.ts';
import { connected } from '../support/sql.ts';
import { at, World, type Person, type Practice } from '../support/world.ts';

/** Stands in everything that must not be told; no other text has it. */
const MARK = 'Mxqzfnord';
const JWT_SECRET = 'kP3v9Zq1XwT7mB5nR8sD2fG6hJ4yL0uC';

interface Line {
  readonly level: string;
  readonly time: string;
  readonly msg?: string;
  readonly requestId?: string;
  readonly [field: string]: unknown;
}

interface Answer {
  readonly data: Record<string, { id: string }>;
  readonly errors?: readonly { extensions: { code: string } }[];
}

describe('given a server in a process of its own', () => {
  let world: World;
  let practice: Practice;
  let practitioner: Person;
  let authorizationId: string;
  let patientId: string;
  let build: Build;
  let server: ServerProcess;

  const environment = (more: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
    DATABASE_URL: world.test.database.applicationUrl,
    DATABASE_MIGRATION_URL: world.test.database.ownerUrl,
    JWT_SECRET,
    ...settingsOfCluster(),
    ...more,
  });

  beforeAll(async () => {
    world = await World.create({ JWT_SECRET });
    practice = await world.practice();
    practitioner = await world.practitioner(practice);
    build = await Build.make();
  });

  afterEach(async () => {
    await server.stop();
  });

  afterAll(async () => {
    await build.remove();
    await world.close();
  });

  /** Posts a mutation `name(input:)` whose operation and variable are marked, too. */
  const mutate = async (name: string, input: object, token?: string, selection = 'id'): Promise<Answer> => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    return post(
      `mutation ${MARK}Operation($input: ${type}!) { ${MARK}alias: ${name}(input: $input) { ${selection} } }`,
      { input },
      token,
    );
  };
  const post = async (query: string, variables: object, token?: string): Promise<Answer> => {
    const response = await server.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  };
  const get = (path: string, token?: string): Promise<Response> =>
    server.fetch(path, { headers: { 'x-mark': MARK, ...(token && { authorization: `Bearer ${token}` }) } });

  /** The day's work, its slips and two bugs of ours, all with marked values; tells which requests were made. */
  async function work(day: string): Promise<Record<string, string | undefined>> {
    const codes: Record<string, string | undefined> = {};
    const id = (answer: Answer): string => {
      if (answer.errors) throw new Error(JSON.stringify(answer));
      return answer.data[`${MARK}alias`]!.id;
    };
    patientId = id(
      await mutate(
        'createPatient',
        {
          firstName: MARK,
          lastName: `${MARK} Patient`,
          dateOfBirth: '2015-05-05',
          medicalRecordNumber: `${MARK}-${randomUUID()}`,
        },
        practice.admin,
      ),
    );
    authorizationId = await world.authorization(practice, patientId);
    const booking = (time: string): object => ({
      patientId,
      practitionerId: practitioner.id,
      authorizationId,
      ...at(day, time),
      notes: `${MARK} notes`,
    });
    const { token } = practitioner;
    const booked = id(await mutate('createAppointment', booking('08:00'), token));
    await mutate('updateAppointment', { id: booked, notes: `${MARK} moved`, expectedVersion: 1 }, token);
    await mutate('startAppointment', { id: booked }, token);
    const completed = {
      appointmentId: booked,
      narrativeNotes: `${MARK} narrative`,
      voiceRecordingUrl: `https://recordings.example/${MARK}`,
      metrics: { [MARK]: MARK },
    };
    codes.completed = codeOf(await mutate('completeAppointment', completed, token));
    const other = id(await mutate('createAppointment', booking('11:00'), token));
    await mutate('cancelAppointment', { id: other, reason: `${MARK} reason` }, token);

    const justified = { id: authorizationId, totalUnits: 120, reason: `${MARK} justification` };
    await mutate('updateAuthorization', justified, practice.admin);
    await mutate(
      'login',
      { email: `${MARK}@practice.example`, password: `${MARK}-password` },
      undefined,
      'accessToken',
    );
    await post('{ me { id } }', {}, `${MARK}.token.${MARK}`);
    await post(`{ patients(filter: { search: "${MARK}" }) { nodes { id } } }`, {}, practice.admin);
    // values in variables and literals that are refused, in a query that cannot be read, in a body that is no JSON
    await mutate('createAppointment', { ...booking('12:00'), startTime: MARK }, token);
    await mutate('createAppointment', { ...booking('12:00'), [MARK]: MARK }, token);
    await post(`{ appointment(id: { ${MARK}: 1 }) { ${MARK} } }`, {}, token);
    await post(`{ "${MARK}`, {}, token);
    await server.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"${MARK}": ${MARK}}`,
    });
    for (const path of [
      `/api/appointments?search=${MARK}`,
      `/api/appointments/${MARK}?x=${MARK}`,
      `/${MARK}`,
      `/%ZZ${MARK}`,
    ])
      await get(path, token);
    await get(`/api/appointments?page=1&from=${MARK}`, token);

    // two bugs of ours: a value that PostgreSQL quotes, and a statement that it does not understand
    await owner(`ALTER TABLE appointments ADD CONSTRAINT of_test CHECK (notes NOT LIKE '% 13' OR notes::int > 0)`);
    codes.quoted = codeOf(await mutate('createAppointment', { ...booking('13:00'), notes: `${MARK} 13` }, token));
    await owner('ALTER TABLE appointments DROP CONSTRAINT of_test');
    await owner('ALTER TABLE sessions RENAME COLUMN narrative_notes TO narrative_gone');
    codes.column = (
      (await (await get(`/api/sessions?mark=${MARK}`, token)).json()) as { code: string; requestId: string }
    ).code;
    codes.rest = ((await (await get('/api/sessions', token)).json()) as { code: string }).code;
    await owner('ALTER TABLE sessions RENAME COLUMN narrative_gone TO narrative_notes');
    return codes;
  }

  async function owner(text: string): Promise<void> {
    await connected(world.test.database.ownerUrl, (client) => client.query(text));
  }

  it('when it is production and the day goes by, then every line is JSON with its request, and nothing is told', async () => {
    server = await ServerProcess.start(build, environment({ NODE_ENV: 'production', LOG_LEVEL: 'trace' }));
    const codes = await work('2026-01-05');
    const known = randomUUID();
    const answer = await server.fetch('/graphql?query=%7B__typename%7D', {
      headers: { 'x-request-id': known, 'apollo-require-preflight': '1' },
    });
    await server.until(() => server.output.includes(known));
    const exit = await server.stop();

    expect(codes).toEqual({
      completed: undefined,
      quoted: 'INTERNAL_SERVER_ERROR',
      column: 'BAD_USER_INPUT',
      rest: 'INTERNAL_SERVER_ERROR',
    });
    expect(exit).toBe(0);
    expect(server.output).not.toContain(MARK);
    const lines = server.lines.map((line) => JSON.parse(line) as Line);
    const requests = lines.filter(({ msg }) => msg === 'request');
    expect(requests.length).toBeGreaterThan(20);
    for (const line of lines) expect(line).toMatchObject({ level: expect.any(String), time: expect.any(String) });
    for (const line of requests)
      expect(line).toMatchObject({ requestId: expect.any(String), durationMs: expect.any(Number) });
    // the two bugs: where, but not with which values, and each names its request, which has its line too
    const faults = lines.filter(({ level }) => level === 'error');
    expect(faults.map(({ error }) => (error as { message: string }).message)).toEqual([
      'SQLSTATE 22P02',
      'SQLSTATE 42703',
    ]);
    for (const fault of faults)
      expect(requests.filter(({ requestId }) => requestId === fault.requestId)).toMatchObject([
        { codes: ['INTERNAL_SERVER_ERROR'] },
      ]);
    const nobodys = lines.filter(
      ({ requestId, context }) => !requestId && !['main', 'AuditSealing'].includes(String(context)),
    );
    expect(nobodys.filter(({ level }) => level !== 'debug')).toEqual([]);
    expect(answer.headers.get('x-request-id')).toBe(known);
    expect(requests.filter(({ requestId }) => requestId === known)).toMatchObject([
      { method: 'GET', route: '/graphql', fields: ['__typename'], status: 200 },
    ]);
    expect(requests.find(({ fields }) => String(fields) === 'createAppointment')).toMatchObject({
      userId: practitioner.userId,
      organizationId: practice.id,
    });
    expect(requests.find(({ route }) => route === '/api/appointments/:id')).toMatchObject({
      status: 400,
      codes: ['BAD_USER_INPUT'],
    });
  });

  it('when it is development, then its lines are for people, and nothing is told either', async () => {
    server = await ServerProcess.start(build, environment({ NODE_ENV: 'development', LOG_LEVEL: 'trace' }));
    await work('2026-01-06');
    await server.stop();

    expect(server.output).not.toContain(MARK);
    expect(server.output).toContain(`GraphQL   http://127.0.0.1:${server.port}/graphql`);
    expect(server.output).toMatch(/INFO.*request/);
    expect(server.output).toContain('SQLSTATE 22P02');
  });

  it.each([
    { origin: 'uncaughtException', thrown: 'throw error' },
    { origin: 'unhandledRejection', thrown: 'Promise.reject(error)' },
  ])('when nobody catches an error ($origin), then it ends behind one line of JSON without values', async (bug) => {
    const bugAtSignal = `process.on('SIGUSR2', () => {
      const { VALUE } = process.env;
      const error = Object.assign(new Error(VALUE), { code: '23505', detail: VALUE });
      ${bug.thrown};
    });`;
    const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(bugAtSignal).replaceAll("'", '%27')}`;
    server = await ServerProcess.start(build, environment({ NODE_ENV: 'production', NODE_OPTIONS, VALUE: MARK }));
    server.signal('SIGUSR2');
    expect(await server.ended()).toBe(1);
    const { level, msg, error } = JSON.parse(server.lines.at(-1)!) as Line;
    expect([level, msg, error]).toEqual(['fatal', bug.origin, expect.objectContaining({ message: 'SQLSTATE 23505' })]);
    expect(server.output).not.toContain(MARK);
  });

  it('when production cannot start, then the reason is one line of JSON', async () => {
    server = await ServerProcess.start(build, environment({ NODE_ENV: 'production', JWT_SECRET: '' }));

    expect(await server.stop()).toBe(1);
    expect(server.lines.map((line) => JSON.parse(line) as Line)).toMatchObject([
      { level: 'fatal', msg: expect.stringContaining('JWT_SECRET is missing') },
    ]);
  });
});

function codeOf(answer: Answer): string | undefined {
  return answer.errors?.[0]?.extensions.code;
}
