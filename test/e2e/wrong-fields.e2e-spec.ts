import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, World, type Person, type Practice } from '../support/world.ts';

type Fields = Record<string, string[]>;

/** What is written into a document as it is. */
class Literal {
  constructor(readonly text: string) {}
}

function literalOf(value: unknown): string {
  if (value instanceof Literal) return value.text;
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{ ${fields.map(([name, each]) => `${name}: ${literalOf(each)}`).join(', ')} }`;
}

let world: World;
let practice: Practice;
let practitioner: Person;
beforeAll(async () => {
  world = await World.create();
  practice = await world.practice();
  practitioner = await world.practitioner(practice);
});
afterAll(() => world.close());

/** `details.fields` of all errors; each names the request, and says nothing twice. */
async function fieldsOf(text: string, variables: Record<string, unknown> = {}, to = world): Promise<Fields> {
  const { data, errors = [] } = await to.query(text, variables, to === world ? practice.admin : undefined);
  expect(data ?? null).toBeNull();
  for (const { message, extensions } of errors) {
    expect([extensions.code, typeof extensions.requestId]).toEqual(['BAD_USER_INPUT', 'string']);
    const fields = (extensions.details?.fields ?? {}) as Fields;
    for (const [field, said] of Object.entries(fields))
      for (const each of said) {
        expect(each).not.toMatch(new RegExp(`^(each value in )?${field.split('.').at(-1)!} `));
        expect(message).toContain(`${field}: ${each}`);
      }
  }
  return Object.assign({}, ...errors.map(({ extensions }) => extensions.details?.fields as Fields)) as Fields;
}

const booking = (): Record<string, unknown> => ({
  patientId: randomUUID(),
  practitionerId: randomUUID(),
  authorizationId: randomUUID(),
  ...at('2032-02-02', '09:00'),
});

describe('given an input of a mutation, when a field of it is wrong, then a literal and a variable are told the same', () => {
  const cases: [string, unknown, Fields][] = [
    ['startTime', 5, { startTime: ['must be an ISO-8601 date and time with an offset or Z'] }],
    ['startTime', null, { startTime: ['must not be null'] }],
    ['startTime', undefined, { startTime: ['is required'] }],
    ['endTime', '2032-02-30T10:00:00Z', { endTime: ['must be an existing instant from 1900 on'] }],
    ['patientId', true, { patientId: ['must be an id (a UUID)'] }],
    ['patientId', 'x', { patientId: ['must be an id (a UUID)'] }],
    ['notes', 7, { notes: ['must be a string'] }],
    ['notes', ['x'], { notes: ['must be a string'] }],
    ['colour', 'red', { colour: ['is not a field of this input'] }],
    ['startTim', 'x', { startTim: ['is not a field of this input. Did you mean "startTime"?'] }],
  ];
  it.each(cases)('%s %j of createAppointment', async (field, value, fields) => {
    const input = { ...booking(), [field]: value };
    const byVariable = 'mutation($anything: CreateAppointmentInput!) { createAppointment(input: $anything) { id } }';
    expect(await fieldsOf(byVariable, { anything: input })).toEqual(fields);
    expect(await fieldsOf(`mutation { createAppointment(input: ${literalOf(input)}) { id } }`)).toEqual(fields);
    if (!['startTime', 'endTime', 'notes'].includes(field) || value == null) return;
    const type = field === 'notes' ? 'String' : 'DateTime!';
    const within = `mutation($x: ${type}) { createAppointment(input: ${literalOf({ ...input, [field]: new Literal('$x') })}) { id } }`;
    expect(await fieldsOf(within, { x: value })).toEqual(fields);
  });

  it.each<[string, unknown, Fields]>([
    ['role', 'NOBODY', { role: ['must be a value of Role'] }],
    ['role', 'ADMN', { role: ['must be a value of Role. Did you mean the enum value "ADMIN"?'] }],
    ['role', null, { role: ['must not be null'] }],
    ['email', 5, { email: ['must be a string'] }],
    ['email', 'x', { email: ['must be an email address'] }],
  ])('%s %j of createUser', async (field, value, fields) => {
    const input = { email: 'x@y.example', password: 'long-enough-1', role: 'ADMIN', [field]: value };
    const byVariable = 'mutation($i: CreateUserInput!) { createUser(input: $i) { id } }';
    expect(await fieldsOf(byVariable, { i: input })).toEqual(fields);
    const { role } = input;
    const inline = literalOf({ ...input, role: typeof role === 'string' ? new Literal(role) : role });
    expect(await fieldsOf(`mutation { createUser(input: ${inline}) { id } }`)).toEqual(fields);
  });

  it('an enum in quotes, which only a literal can have', async () => {
    const input = '{ email: "x@y.example", password: "long-enough-1", role: "ADMIN" }';
    const fields = await fieldsOf(`mutation { createUser(input: ${input}) { id } }`);
    expect(fields.role?.[0]).toMatch(/^must be a value of Role/);
  });

  it.each<[string, unknown, string]>([
    ['totalUnits', 'five', 'must be a whole number'],
    ['totalUnits', 1.5, 'must be a whole number'],
    ['totalUnits', 2 ** 31, 'must be a whole number of at most 32 bits'],
    ['totalUnits', 0, 'must not be less than 1'],
    ['serviceCodes', [1, 2], 'must be a string'],
    ['serviceCodes', ['x y'], 'must be service codes'],
    ['serviceCodes', [null], 'must not be null'],
    ['serviceCodes', [], 'must contain at least 1 elements'],
    ['startDate', '2030-02-30', 'must be an existing date from 1900 on'],
    ['endDate', 5, 'must be a date, YYYY-MM-DD'],
  ])('%s %j of createAuthorization', async (field, value, said) => {
    const good = {
      ...{ patientId: randomUUID(), serviceCodes: ['97153'], totalUnits: 1 },
      ...{ startDate: '2030-01-01', endDate: '2030-12-31' },
    };
    const input = { ...good, [field]: value };
    const byVariable = 'mutation($i: CreateAuthorizationInput!) { createAuthorization(input: $i) { id } }';
    const told = await fieldsOf(byVariable, { i: input });
    expect(Object.keys(told)).toEqual([field]);
    expect(told[field]).toContain(said);
    expect(await fieldsOf(`mutation { createAuthorization(input: ${literalOf(input)}) { id } }`)).toEqual(told);
  });

  it.each([['a text'], [7], [[1]]])('metrics %j of completeAppointment', async (metrics) => {
    const input = { appointmentId: randomUUID(), metrics };
    const fields = { metrics: ['must be a JSON object'] };
    const byVariable = 'mutation($i: CompleteAppointmentInput!) { completeAppointment(input: $i) { id } }';
    expect(await fieldsOf(byVariable, { i: input })).toEqual(fields);
    expect(await fieldsOf(`mutation { completeAppointment(input: ${literalOf(input)}) { id } }`)).toEqual(fields);
  });

  it('all fields that are wrong, of every mutation of the document', async () => {
    const text = `mutation {
      a: createAppointment(input: { startTime: 5, notes: 5 }) { id }
      b: cancelAppointment(input: { id: "x", reason: 5 }) { id }
    }`;
    expect(Object.keys(await fieldsOf(text)).sort()).toEqual([
      ...['authorizationId', 'endTime', 'notes', 'patientId', 'practitionerId', 'reason', 'startTime'],
    ]);
  });

  it('the input itself, where it is missing or none', async () => {
    const text = 'mutation($i: CreateAppointmentInput!) { createAppointment(input: $i) { id } }';
    expect(await fieldsOf(text)).toEqual({ input: ['is required'] });
    expect(await fieldsOf(text, { i: null })).toEqual({ input: ['must not be null'] });
    expect(await fieldsOf(text, { i: 5 })).toEqual({ input: ['must be an object'] });
    for (const [literal, said] of [
      ['', 'is required'],
      ['(input: null)', 'must not be null'],
      ['(input: 5)', 'must be an object'],
    ] as const)
      expect(await fieldsOf(`mutation { createAppointment${literal} { id } }`)).toEqual({ input: [said] });
  });
});

describe('given arguments, when one is wrong, then it is named as the schema names it, whatever its variable is called', () => {
  it.each<[string, string, string, unknown, Fields]>([
    ['patient(id: $x) { id }', 'ID!', 'true', true, { id: ['must be an id (a UUID)'] }],
    ['patient(id: $x) { id }', 'ID!', '"x"', 'x', { id: ['must be an id (a UUID)'] }],
    ['patient(id: $x) { id }', 'ID!', 'null', null, { id: ['must not be null'] }],
    ['patients(first: $x) { totalCount }', 'Int', '"5"', '5', { first: ['must be a whole number'] }],
    ['patients(first: $x) { totalCount }', 'Int', '0', 0, { first: ['must not be less than 1'] }],
    ['patients(first: $x) { totalCount }', 'Int', '201', 201, { first: ['must not be greater than 200'] }],
    ['users(role: $x) { totalCount }', 'Role', 'NOBODY', 'NOBODY', { role: ['must be a value of Role'] }],
    ['users(active: $x) { totalCount }', 'Boolean', '"yes"', 'yes', { active: ['must be true or false'] }],
    [
      'appointments(filter: { from: $x }) { totalCount }',
      ...(['DateTime', '"noon"', 'noon'] as const),
      { from: ['must be an ISO-8601 date and time with an offset or Z'] },
    ],
    [
      'authorizations(filter: { on: $x }) { totalCount }',
      ...(['Date', '"2026-02-30"', '2026-02-30'] as const),
      { on: ['must be an existing date from 1900 on'] },
    ],
    [
      'appointments(filter: { status: $x }) { totalCount }',
      ...(['[AppointmentStatus!]', '[NONE]', ['NONE']] as const),
      { status: ['must be a value of AppointmentStatus'] },
    ],
    ['appointments(filter: $x) { totalCount }', 'AppointmentFilter', '5', 5, { filter: ['must be an object'] }],
    [
      'appointments(filter: $x) { totalCount }',
      ...(['AppointmentFilter', '{ patientId: "x" }', { patientId: 'x' }] as const),
      { patientId: ['must be an id (a UUID)'] },
    ],
    ['me { id @include(if: $x) }', 'Boolean!', '"x"', 'x', { if: ['must be true or false'] }],
  ])('%s, %s %s', async (field, type, literal, value, fields) => {
    expect(await fieldsOf(`query($x: ${type}) { ${field} }`, { x: value })).toEqual(fields);
    expect(await fieldsOf(`{ ${field.replace('$x', literal)} }`)).toEqual(fields);
    expect(await fieldsOf(`query($x: ${type} = ${literal}) { ${field} }`)).toEqual(fields);
  });

  it.each<[string, Fields]>([
    ['{ patient { id } }', { id: ['is required'] }],
    ['{ patient(id: "x", colour: 5) { id } }', { colour: ['is not an argument of this field'] }],
    ['query($x: Int) { patient(id: $x) { id } }', { id: [expect.stringContaining('expecting type "ID!"')] as never }],
    ['{ patient(id: $x) { id } }', { id: [expect.stringContaining('is not defined')] as never }],
    ['{ patients(first: 1, first: 2) { totalCount } }', { first: ['must be given once'] }],
    ['{ appointments(filter: { from: null, from: null }) { totalCount } }', { from: ['must be given once'] }],
    ['{ me { id @include } }', { if: ['is required'] }],
  ])('%s', async (text, fields) => {
    expect(await fieldsOf(text)).toEqual(fields);
  });

  it('that of its own operation alone, where several use one name', async () => {
    const text = `query A($x: ID!) { patient(id: $x) { id } } query B($x: Int) { patients(first: $x) { totalCount } }`;
    const { errors } = await world.test.app
      .inject({
        ...{ method: 'POST', url: '/graphql' },
        payload: { query: text, operationName: 'B', variables: { x: 'five' } },
      })
      .then((response) => response.json<{ errors: { extensions: { details: unknown } }[] }>());
    expect(errors.map(({ extensions }) => extensions.details)).toEqual([
      { fields: { first: ['must be a whole number'] } },
    ]);
  });

  it('a variable of a fragment, by the field that it is used in', async () => {
    const text =
      'query($x: Int) { me { ...F } } fragment F on User { patient { authorizations(first: $x) { totalCount } } }';
    expect(await fieldsOf(text, { x: 'five' })).toEqual({ first: ['must be a whole number'] });
  });

  it('more wrong elements than are looked at', async () => {
    const text = 'query($s: [AppointmentStatus!]) { appointments(filter: { status: $s }) { totalCount } }';
    expect(await fieldsOf(text, { s: Array(60).fill('NONE') })).toEqual({
      status: ['must be a value of AppointmentStatus'],
    });
  });

  it('what is found while it runs, which is no fault of ours', async () => {
    const text = 'query($x: ID = "x") { patient(id: $x) { id } }';
    expect(await fieldsOf(text, { x: null })).toEqual({ id: ['must not be null'] });
    const within = 'query($x: ID = "x") { appointments(filter: { patientId: $x }) { totalCount } }';
    expect(await fieldsOf(within)).toEqual({ patientId: ['must be an id (a UUID)'] });
  });

  it('but where the document is wrong, and no input, then no field is told', async () => {
    for (const text of ['{ nothing }', '{ me }', '{ me { id } ', 'subscription { me { id } }', '{ me { ...F } }']) {
      const { errors } = await world.query(text, {}, practice.admin);
      expect(errors!.map(({ extensions }) => [extensions.code, extensions.details])).toEqual(
        errors!.map(() => ['BAD_USER_INPUT', undefined]),
      );
    }
  });
});

describe('given a value that is patient data, or words of ours, when it is refused, then it is not repeated', () => {
  it.each([
    'Sarah',
    'x Did you mean "Sarah"?',
    '"; Did you mean "Sarah"?',
    'a" does not exist in "Sarah" enum. Did you mean Sarah?',
  ])('%s', async (value) => {
    const quoted = JSON.stringify(value);
    for (const [text, variables] of [
      ['query($x: DateTime) { appointments(filter: { from: $x }) { totalCount } }', { x: value }],
      ['query($x: Role) { users(role: $x) { totalCount } }', { x: value }],
      ['query($x: Int) { users(first: $x) { totalCount } }', { x: value }],
      [`{ users(role: ${quoted}) { totalCount } }`, {}],
      [`{ users(first: ${quoted}) { totalCount } }`, {}],
      [`{ appointments(filter: { from: ${quoted} }) { totalCount } }`, {}],
      [`mutation { completeAppointment(input: { appointmentId: "x", metrics: ${quoted} }) { id } }`, {}],
      ['mutation($i: CompleteAppointmentInput!) { completeAppointment(input: $i) { id } }', { i: { metrics: value } }],
    ] as const) {
      const { errors } = await world.query(text, variables, practice.admin);
      expect(errors).toBeDefined();
      expect(JSON.stringify(errors)).not.toContain('Sarah');
    }
  });
});

describe('given REST, when a field is wrong, then it is told as in GraphQL, and once', () => {
  it('in a body', async () => {
    const input = {
      ...booking(),
      startTime: 5,
      notes: 7,
      patientId: 'x',
      location: 'Moon',
      colour: 'red',
      endTime: null,
    };
    const { body } = await world.test.rest({
      method: 'POST',
      url: '/appointments',
      token: practice.admin,
      body: input,
    });
    expect(body.details.fields).toEqual({
      startTime: ['must be an ISO-8601 date and time with an offset or Z'],
      endTime: ['must not be null'],
      notes: ['must be a string'],
      location: ['must be a value of ServiceLocation'],
      colour: ['is not a field of this input'],
    });
  });

  it.each<[string, Fields]>([
    ['page=0', { page: ['must not be less than 1'] }],
    ['page=x', { page: expect.arrayContaining(['must be an integer number']) as never }],
    ['limit=201', { limit: ['must not be greater than 200'] }],
    ['status=NONE', { status: [expect.stringMatching(/^each value must be one of the following values: /)] as never }],
    ['patientId=x', { patientId: ['must be an id (a UUID)'] }],
    ['colour=red', { colour: ['is no parameter of this call'] }],
  ])('in a query: %s', async (query, fields) => {
    const { body } = await world.test.rest({ method: 'GET', url: `/appointments?${query}`, token: practitioner.token });
    expect(body.details.fields).toEqual(fields);
    for (const [field, said] of Object.entries(body.details.fields as Fields))
      for (const each of said)
        expect([each.startsWith(field), (body.message as string).includes(each)]).toEqual([false, true]);
  });
});

// a second application in the process has its own secret for tokens: nobody is signed in below
describe('given introspection is off, when a name is nearly right, then nobody is told which one is', () => {
  let closed: World;
  beforeAll(async () => {
    closed = await World.create({ GRAPHQL_INTROSPECTION: 'false' });
  });
  afterAll(() => closed.close());

  const NEARLY: [string, string, object][] = [
    ['a field', '{ patien { id } }', {}],
    ['a field of a type', '{ me { emai } }', {}],
    ['an argument', '{ patients(firs: 1) { totalCount } }', {}],
    ['a type', '{ me { ... on Usr { id } } }', {}],
    ['a type of a variable', 'query($x: Rol) { users(role: $x) { totalCount } }', {}],
    ['an enum value', '{ users(role: ADMN) { totalCount } }', {}],
    ['an enum value in quotes', '{ users(role: "ADMIN") { totalCount } }', {}],
    ['an enum value of a variable', 'query($x: Role) { users(role: $x) { totalCount } }', { x: 'ADMN' }],
    ['an input field', 'mutation { createPatient(input: { firstNam: "x" }) { id } }', {}],
    [
      'an input field of a variable',
      'mutation($x: CreatePatientInput!) { createPatient(input: $x) { id } }',
      { x: { firstNam: 'x' } },
    ],
    ["a directive's argument", '{ me { id @include(iff: true) } }', {}],
    ['a selection that is left out', '{ me }', {}],
  ];
  it.each(NEARLY)('%s, and where it is on, they are', async (name, text, variables) => {
    const told = JSON.stringify((await closed.query(text, variables as never)).errors);
    expect(told).toContain('BAD_USER_INPUT');
    expect(told).not.toContain('Did you mean');
    expect(JSON.stringify((await world.query(text, variables as never)).errors)).toContain('Did you mean');
  });

  it('a value of an enum by REST, wherever', async () => {
    for (const { test } of [world, closed]) {
      const { body } = await test.rest({
        method: 'POST',
        url: '/auth/login',
        body: { emai: 'x@y.example', password: 'x' },
      });
      expect(JSON.stringify(body)).not.toContain('Did you mean');
    }
  });
});
