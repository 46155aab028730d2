import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { Trail } from '../support/readings.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { World, type Practice } from '../support/world.ts';

let world: World;
let practice: Practice;
beforeAll(async () => {
  world = await World.create();
  practice = await world.practice();
});
afterAll(() => world.close());

const ask = (text: string, variables = {}): Promise<GraphQLAnswer> => world.query(text, variables, practice.admin);
const figures = ({ data, code, errors }: GraphQLAnswer): unknown[] => [
  data,
  code,
  errors?.map(({ extensions }) => extensions.details),
];

/** `appointment { session { appointment { ...` to so many levels. */
function deep(levels: number): string {
  const fields = Array.from({ length: levels - 1 }, (_, index) => (index % 2 ? 'appointment' : 'session'));
  return `{ appointment(id: "00000000-0000-4000-8000-000000000000") { ${fields.slice(0, -1).join(' { ')} { id ${' }'.repeat(levels - 1)} }`;
}

/** Everything a week's calendar could show, and more: every field and relation, two levels of them. */
const WHOLE_PAGE = `{ appointments(first: 200) { totalCount pageInfo { endCursor } edges { cursor } nodes {
  id startTime endTime durationMinutes status unitsReserved location notes recurrenceRule startedAt cancelledAt version
  patient { id firstName lastName authorizations { totalCount nodes { id availableUnits } } }
  practitioner { id firstName lastName licenseNumber specialization }
  authorization { id status totalUnits availableUnits serviceCodes { id code } patient { id } ledgerEntries { nodes { id kind units } } }
  serviceCode { id code description }
  session { id unitsUsed status appointment { id } patient { id } practitioner { id } authorization { id } serviceCode { id } }
} } }`;

describe('given a query that is too much, when it is sent, then it is refused with the figures before anything runs', () => {
  it('depth', async () => {
    expect(figures(await ask(deep(13)))).toEqual([undefined, 'BAD_USER_INPUT', [{ depth: 13, most: 12 }]]);
    expect(figures(await ask(deep(12)))).toEqual([null, 'NOT_FOUND', [expect.anything()]]);
  });

  it('depth hidden in fragments', async () => {
    const hidden = `${deep(10).replace(' id ', ' ...F ')} fragment F on Appointment { session { ...G } }
                    fragment G on Session { appointment { session { id } } }`;
    const [, code, details] = figures(await ask(hidden)) as [unknown, string, { depth: number }[]];
    expect(code).toBe('BAD_USER_INPUT');
    expect(details[0]!.depth).toBeGreaterThan(12);
  });

  const times = (count: number, field: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => field(index)).join(' ');

  it('aliases', async () => {
    const aliased = (count: number): string => `{ me { ${times(count, (index) => `a${index}: id`)} } }`;
    expect(figures(await ask(aliased(101)))).toEqual([undefined, 'BAD_USER_INPUT', [{ aliases: 101, most: 100 }]]);
    expect((await ask(aliased(100))).errors).toBeUndefined();
  });

  it('fields of Query, in fragments, too, before it is validated', async () => {
    const roots = (count: number): string => `{ ${times(count, (index) => `a${index}: me { id }`)} }`;
    expect(figures(await ask(roots(21)))).toEqual([undefined, 'BAD_USER_INPUT', [{ roots: 21, most: 20 }]]);
    expect((await ask(roots(20))).errors).toBeUndefined();
    const hidden = `{ ...A ...B me { id } } fragment A on Query ${roots(10)} fragment B on Query ${roots(20)} `;
    expect(figures(await ask(hidden))).toEqual([undefined, 'BAD_USER_INPUT', [{ roots: 21, most: 20 }]]);
  });

  it('one field many times in one place, in fragments, too, before each is compared with each', async () => {
    const again = (count: number): string => `{ ${times(count, () => 'me { organization { id } }')} }`;
    expect(figures(await ask(again(31)))).toEqual([undefined, 'BAD_USER_INPUT', [{ repeated: 31, most: 30 }]]);
    expect((await ask(again(30))).errors).toBeUndefined();
    const inFragments = `{ me { ...A ...B } } fragment A on User { ${times(16, () => 'id')} } fragment B on User { ${times(15, () => 'id')} }`;
    expect(figures(await ask(inFragments))).toEqual([undefined, 'BAD_USER_INPUT', [{ repeated: 31, most: 30 }]]);
    const below = `{ ${times(8, () => `me { ${times(4, () => 'id')} }`)} }`;
    expect(figures(await ask(below))).toEqual([undefined, 'BAD_USER_INPUT', [{ repeated: 32, most: 30 }]]);
  });

  it('cost, with pages within pages and in variables, and no event of it', async () => {
    const text = `query($first: Int) { patients(first: 200) { nodes { authorizations(first: 200) { nodes {
      ledgerEntries(first: $first) { nodes { id } } } } } } }`;
    const trail = await Trail.open(world);
    const { answer, events } = await trail.of(text, { first: 200 }, practice.admin);
    await trail.close();
    const cost = 1 + 200 * (1 + 1 + 200 * (1 + 1 + 200 * 1));
    expect(figures(answer)).toEqual([undefined, 'BAD_USER_INPUT', [{ cost, most: 50_000 }]]);
    expect(events).toEqual([]);
    expect((await ask(text.replaceAll('200', '20'), { first: 20 })).errors).toBeUndefined();
  });

  it('cost, hidden behind an argument that only the execution would refuse', async () => {
    const dear =
      'patients(first: 200) { nodes { authorizations(first: 200) { nodes { ledgerEntries(first: 200) { nodes { id } } } } } }';
    const answer = await ask(`query($i: String = "x") { __type(name: $i) { name } ${dear} }`, { i: null });
    expect([answer.data, answer.code]).toEqual([undefined, 'BAD_USER_INPUT']);
  });

  it('by status 400, as what fails validation', async () => {
    const { status } = await ask(
      '{ patients(first: 200) { nodes { authorizations(first: 200) { nodes { ledgerEntries(first: 200) { nodes { id } } } } } } }',
    );
    expect([status, (await ask(deep(13))).status]).toEqual([400, 400]);
  });

  it('length', async () => {
    const { code, data } = await ask(`{ me { ${'id '.repeat(6_000)} } }`);
    expect([code, data]).toEqual(['BAD_USER_INPUT', undefined]);
  });

  it('fragments that grow exponentially, or in a ring', async () => {
    const bomb = `{ me { ...F0 } } ${Array.from({ length: 30 }, (_, i) => `fragment F${i} on User { ...F${i + 1} ...F${i + 1} }`).join(' ')} fragment F30 on User { organization { id } }`;
    expect((await ask(bomb)).code).toBe('BAD_USER_INPUT');
    const ofRoot = `{ ...F0 } ${Array.from({ length: 40 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(' ')} fragment F40 on Query { __typename }`;
    expect((await world.query(ofRoot, {})).code).toBe('BAD_USER_INPUT');
    const ring = '{ me { ...A } } fragment A on User { ...B } fragment B on User { ...A }';
    expect((await ask(ring)).code).toBe('BAD_USER_INPUT');
  });

  it('many operations in one request', async () => {
    const response = await world.test.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }]),
    });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

describe('given what clients need, when it is asked, then it is within the limits', () => {
  it('a page of 200 appointments with all their relations', async () => {
    expect((await ask(WHOLE_PAGE)).errors).toBeUndefined();
  });

  it('the introspection of every tool, deep as it is', async () => {
    const text = getIntrospectionQuery({ descriptions: true, specifiedByUrl: true, inputValueDeprecation: true });
    expect((await ask(text)).errors).toBeUndefined();
  });
});

describe('given clients that ask what an operation costs, by the header GraphQL-Cost: 1', () => {
  const DEAR = `query($first: Int) { patients(first: $first) { nodes { authorizations(first: 200) { nodes {
    ledgerEntries(first: 200) { nodes { id } } } } } } }`;
  const costTold = async (
    query: string,
    variables: object = {},
    headers: Record<string, string> = { 'graphql-cost': '1' },
  ): Promise<unknown> => {
    const response = await world.test.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${practice.admin}`, ...headers },
      payload: { query, variables },
    });
    const { extensions, errors } = response.json<{ extensions?: object; errors?: GraphQLAnswer['errors'] }>();
    return [extensions, errors?.[0]?.extensions.code];
  };
  const cost = (requested: number | null): object => ({
    cost: { requested, most: 50_000, points: expect.any(Number) },
  });

  it('when it runs, then the answer tells the cost beside its data, each time and by its variables', async () => {
    for (let turn = 0; turn < 2; turn++) expect(await costTold('{ me { id } }')).toEqual([cost(1), undefined]);
    const page = 'query($first: Int) { appointments(first: $first) { nodes { id patient { id } } } }';
    expect(await costTold(page, { first: 10 })).toEqual([cost(21), undefined]);
    expect(await costTold(page, { first: 200 })).toEqual([cost(401), undefined]);
  });

  it('when it is refused, for its cost or for anything else, then the refusal tells it, too', async () => {
    const each = 1 + 1 + 200 * (1 + 1 + 200);
    expect(await costTold(DEAR, { first: 7 })).toEqual([cost(1 + 7 * each), 'BAD_USER_INPUT']);
    const nobody = 'mutation { cancelAppointment(input: { id: "00000000-0000-4000-8000-000000000000" }) { id } }';
    expect(await costTold(nobody)).toEqual([cost(1), 'NOT_FOUND']);
    const bomb = `{ me { ...F0 } } ${Array.from({ length: 12 }, (_, i) => `fragment F${i} on User { ...F${i + 1} ...F${i + 1} }`).join(' ')} fragment F12 on User { organization { id } }`;
    expect(await costTold(bomb)).toEqual([cost(null), 'BAD_USER_INPUT']);
  });

  it('when nobody asks, or nothing could be counted, then nothing is told', async () => {
    expect(await costTold('{ me { id } }', {}, {})).toEqual([undefined, undefined]);
    expect(await costTold('{ me { id } }', {}, { 'graphql-cost': '0' })).toEqual([undefined, undefined]);
    expect(await costTold(DEAR, { first: 'many' })).toEqual([undefined, 'BAD_USER_INPUT']);
    expect(await costTold('{ nothing }')).toEqual([undefined, 'BAD_USER_INPUT']);
  });
});

describe('given clients that send the hash of a query in its place, when there is no room for more, then the oldest is asked for again', () => {
  const long = (n: number): string => `{ __typename } # ${n} ${'x'.repeat(19_000)}`;
  const remembered = async (text: string, query?: string): Promise<boolean> => {
    const sha256Hash = createHash('sha256').update(text).digest('hex');
    const response = await world.test.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${practice.admin}` },
      payload: JSON.stringify({ query, extensions: { persistedQuery: { version: 1, sha256Hash } } }),
    });
    return response.json<GraphQLAnswer>().data?.__typename === 'Query';
  };

  it('and the newest is still known', async () => {
    expect(await remembered(long(1), long(1))).toBe(true);
    expect(await remembered(long(1))).toBe(true);
    for (let n = 2; n <= 60; n++) expect(await remembered(long(n), long(n))).toBe(true);
    expect([await remembered(long(1)), await remembered(long(60))]).toEqual([false, true]);
  });
});

describe('given production, when the schema is asked for, then only by setting', () => {
  it.each([
    ['false', true],
    ['true', false],
  ])('GRAPHQL_INTROSPECTION=%s', async (setting, refused) => {
    const other = await World.create({ GRAPHQL_INTROSPECTION: setting });
    const { code } = await other.query('{ __schema { queryType { name } } }', {}, other.superAdmin);
    await other.close();
    expect(code).toBe(refused ? 'BAD_USER_INPUT' : undefined);
  });
});
