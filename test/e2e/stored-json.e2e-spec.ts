import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ErrorCode } from '../../src/foundation/errors/error-code.ts';
import { World, type Person, type Practice } from '../support/world.ts';

interface Answer {
  readonly status: number;
  /** As it came: an object of a test would hide what it has of its own. */
  readonly text: string;
  readonly code: string | undefined;
  readonly fields: Readonly<Record<string, string[]>> | undefined;
}

const MUTATION =
  'mutation($input: CompleteAppointmentInput!) { completeAppointment(input: $input) { metrics appointment { session { metrics } } } }';

/** Texts of JSON: what JSON.stringify of their value gives. */
const KEPT = [
  '{"constructor":3,"toString":5,"nested":{"valueOf":1}}',
  '{"__proto__":1,"a":{"__proto__":{"b":null}},"list":[{"__proto__":[]},{"constructor":{"prototype":{}}}]}',
  '{"hasOwnProperty":1,"prototype":2,"then":{"then":3},"toJSON":"x","length":-1,"":{"":[]}}',
  '{"z":1,"a":2,"list":[[],{},null,true,false,"",0.1,-2.5e-7,9007199254740991,1e+300]}',
  '{"text":"quote \\" slash \\\\ tab \\t line \\n 😀 é ﷽","é😀":"ẞ"}',
];

const REFUSED: readonly (readonly [what: string, metrics: string, said: string])[] = [
  ['a number beyond 2^53', '{"a":{"big":9007199254740993}}', 'big'],
  ['a number beyond all', '{"a":{"huge":1e400}}', 'huge'],
  ['a number too close to 0', '{"a":{"tiny":1e-400}}', 'tiny'],
  ['digits that would be lost', '{"a":{"fine":[0.1234567890123456789]}}', 'fine'],
];
/** A literal of GraphQL has no such keys and escapes, or says so itself. */
const REFUSED_AS_JSON: typeof REFUSED = [
  ...REFUSED,
  ['a key that is there twice', '{"a":{"twice":1,"twice":2}}', 'twice'],
  ['a key that is there twice in two spellings', '{"a":{"twice":1,"\\u0074wice":2}}', 'twice'],
  ['a NUL', '{"a":{"nul":"\\u0000"}}', 'nul must not hold control characters'],
  ['a NUL in a key', '{"a":{"\\u0000":1}}', 'a a key must not hold control characters'],
  ['half a surrogate pair', '{"a":{"half":"\\ud83d"}}', 'half must not hold half a surrogate pair'],
  ['an array', '[{"a":1}]', 'must be a JSON object'],
  ['33 levels', '{"a":'.repeat(33) + '1' + '}'.repeat(33), '32 levels'],
];

describe('given a visit that is over, and metrics to keep', () => {
  let world: World;
  let practice: Practice;
  let people: { patientId: string; practitionerId: string; authorizationId: string };
  let practitioner: Person;
  let visits = 0;

  beforeAll(async () => {
    world = await World.create();
    practice = await world.practice();
    practitioner = await world.practitioner(practice);
    const { id: patientId } = await world.patient(practice);
    const authorizationId = await world.authorization(practice, patientId, { totalUnits: 1_000 });
    people = { patientId, practitionerId: practitioner.id, authorizationId };
  });
  afterAll(() => world.close());

  function visit(): Promise<string> {
    const start = Date.UTC(2025, 0, 6, 15) + visits++ * 86_400_000;
    const [startTime, endTime] = [start, start + 3_600_000].map((time) => new Date(time).toISOString()) as [
      string,
      string,
    ];
    return world.booked(practice.admin, { ...people, startTime, endTime });
  }

  async function call(url: string, payload?: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> {
    const { statusCode, body } = await world.test.app.inject({
      method: payload === undefined ? 'GET' : 'POST',
      url,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${practice.admin}`, ...headers },
      payload,
    });
    const answer = JSON.parse(body) as {
      errors?: { extensions: { code: string; details?: { fields?: Record<string, string[]> } } }[];
      code?: string;
      details?: { fields?: Record<string, string[]> };
    };
    const { code, details } = answer.errors?.[0]?.extensions ?? answer;
    return { status: statusCode, text: body, code, fields: details?.fields };
  }

  const asVariable = (id: string, metrics: string, key = ''): Promise<Answer> =>
    call(
      '/graphql',
      `{"query":${JSON.stringify(MUTATION)},"variables":{"input":{"appointmentId":"${id}","metrics":${metrics}${key && `,"idempotencyKey":"${key}"`}}}}`,
    );
  const byRest = (id: string, metrics: string, key = ''): Promise<Answer> =>
    call('/api/sessions', `{"appointmentId":"${id}","metrics":${metrics}}`, key ? { 'idempotency-key': key } : {});
  const asLiteral = (id: string, metrics: string): Promise<Answer> =>
    call(
      '/graphql',
      JSON.stringify({
        query: `mutation { completeAppointment(input: { appointmentId: "${id}", metrics: ${metrics} }) { id } }`,
      }),
    );

  async function sessionOf(appointment: string): Promise<string> {
    const { data } = await world.query(
      'query($id: ID!) { appointment(id: $id) { session { id } } }',
      { id: appointment },
      practice.admin,
    );
    return (data as { appointment: { session: { id: string } } }).appointment.session.id;
  }

  /** By every way on which a session is read. */
  async function expectRead(appointment: string, metrics: string): Promise<void> {
    const id = await sessionOf(appointment);
    const query = (text: string): Promise<Answer> => call('/graphql', JSON.stringify({ query: text }));
    const readings = await Promise.all([
      query(`{ session(id: "${id}") { metrics } }`),
      query(`{ sessions(first: 200) { nodes { id metrics } } }`),
      query(`{ appointments(first: 200) { nodes { session { metrics } } } }`),
      call(`/api/sessions/${id}`),
      call('/api/sessions?limit=200'),
    ]);
    for (const { text } of readings) expect(text).toContain(`"metrics":${metrics}`);
  }

  it.each(KEPT)('when %s is sent as a variable, then it is answered and read as it was sent', async (metrics) => {
    const id = await visit();
    const { text } = await asVariable(id, metrics);
    expect(text.split(`"metrics":${metrics}`)).toHaveLength(3);
    await expectRead(id, metrics);
  });

  it.each(KEPT)('when %s is sent by REST, then it is answered and read as it was sent', async (metrics) => {
    const id = await visit();
    const { status, text } = await byRest(id, metrics);
    expect(status).toBe(201);
    expect(text).toContain(`"metrics":${metrics}`);
    await expectRead(id, metrics);
  });

  it('when it is written inline, with names of every kind and a variable, then it is kept', async () => {
    const id = await visit();
    const metrics =
      '{ constructor: 3, __proto__: { a: 1 }, toString: [1, 2.50, "x", null, true, $more], nested: { valueOf: -1 }, left: $left }';
    const { text } = await call(
      '/graphql',
      `{"query":"mutation($more: JSONObject, $left: Int) { completeAppointment(input: { appointmentId: \\"${id}\\", metrics: ${metrics.replaceAll('"', '\\"')} }) { metrics } }","variables":{"more":{"__proto__":2}}}`,
    );
    const kept =
      '{"constructor":3,"__proto__":{"a":1},"toString":[1,2.5,"x",null,true,{"__proto__":2}],"nested":{"valueOf":-1}}';
    expect(text).toContain(`"metrics":${kept}`);
    await expectRead(id, kept);
  });

  it.each(REFUSED_AS_JSON)('when a variable has %s, then it is refused by name', async (_, metrics, said) => {
    const { code, text, fields } = await asVariable(await visit(), metrics);
    expect(code).toBe(ErrorCode.BAD_USER_INPUT);
    expect(Object.keys(fields ?? {}).join()).toMatch(/^metrics/);
    expect(text).toContain(said);
  });

  it.each(REFUSED_AS_JSON)('when a body of REST has %s, then it is refused by name', async (_, metrics, said) => {
    const { status, code, text, fields } = await byRest(await visit(), metrics);
    expect([status, code]).toEqual([400, ErrorCode.BAD_USER_INPUT]);
    expect(Object.keys(fields ?? {}).join()).toMatch(/^metrics/);
    expect(text).toContain(said);
  });

  it.each([
    ...REFUSED.map(([what, metrics, said]) => [what, metrics.replace(/"(\w+)":/g, '$1:'), said] as const),
    ['a name that is no value', '{ a: { named: YES } }', 'named'],
    ['a key twice', '{ a: { twice: 1, twice: 2 } }', 'metrics: must be given once'],
  ])('when it is written inline with %s, then it is refused by name', async (_, metrics, said) => {
    const { code, text } = await asLiteral(await visit(), metrics);
    expect(code).toBe(ErrorCode.BAD_USER_INPUT);
    expect(text).toContain(said);
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    'when an input has a key %s that it does not know, then that is told by its name',
    async (key) => {
      const id = await visit();
      const input = `{"appointmentId":"${id}","${key}":{"a":1}}`;
      const answers = await Promise.all([
        call('/graphql', `{"query":${JSON.stringify(MUTATION)},"variables":{"input":${input}}}`),
        call('/api/sessions', input),
        call('/api/auth/refresh', `{"refreshToken":"none","${key}":{"a":1}}`),
        call(`/api/sessions?${key}=1`),
        call(
          '/graphql',
          JSON.stringify({
            query: `mutation { completeAppointment(input: { appointmentId: "${id}", ${key}: 1 }) { id } }`,
          }),
        ),
      ]);
      for (const { code, text } of answers) {
        expect(code).toBe(ErrorCode.BAD_USER_INPUT);
        expect(text).toContain(key);
      }
      expect(answers.slice(0, 4).map(({ fields }) => Object.keys(fields ?? {}))).toEqual(Array(4).fill([key]));
    },
  );

  it.each([asVariable, byRest])(
    'when one idempotency key comes with metrics that differ in such a key alone, then it was reused',
    async (complete) => {
      const id = await visit();
      const key = randomUUID();
      const first = await complete(id, '{"a":{"__proto__":1,"constructor":2}}', key);
      const again = await complete(id, '{"a":{"constructor":2,"__proto__":1}}', key);
      const others = await Promise.all(
        ['{"a":{"__proto__":2,"constructor":2}}', '{"a":{"__proto__":1}}', '{"a":{}}'].map((metrics) =>
          complete(id, metrics, key),
        ),
      );
      expect([first, again].map(({ code }) => code)).toEqual([undefined, undefined]);
      expect(others.map(({ code }) => code)).toEqual(Array(3).fill(ErrorCode.IDEMPOTENCY_KEY_REUSED));
    },
  );

  it('when the body is no UTF-8, then it is refused, and no letter is made another', async () => {
    const [before, behind] = [`{"appointmentId":"${await visit()}","narrativeNotes":"`, '"}'].map((text) =>
      Buffer.from(text),
    );
    const { status, code } = await call('/api/sessions', Buffer.concat([before!, Buffer.from([0xe9]), behind!]));
    expect([status, code]).toEqual([400, ErrorCode.BAD_USER_INPUT]);
  });
});
