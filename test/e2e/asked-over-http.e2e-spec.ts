import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { World, type Practice } from '../support/world.ts';

const QUERY = '{ __typename }';
const JSON_TYPE = { 'content-type': 'application/json' };
const PREFLIGHTED = { 'apollo-require-preflight': '1' };
const HASH = sha256(QUERY);

type Parts = Record<string, unknown>;
interface Answer extends Pick<GraphQLAnswer, 'data' | 'errors'> {
  readonly status: number;
  readonly headers: Record<string, unknown>;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const body = (payload: unknown, headers: Record<string, string> = JSON_TYPE): InjectOptions => ({
  method: 'POST',
  headers,
  payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
});
const search = (
  parts: Record<string, string> | string,
  headers: Record<string, string> = PREFLIGHTED,
): InjectOptions => ({
  method: 'GET',
  url: `/graphql?${new URLSearchParams(parts).toString()}`,
  headers,
});
const hashed = (persistedQuery: unknown, query?: string): Parts => ({ query, extensions: { persistedQuery } });

let world: World;
let practice: Practice;
beforeAll(async () => {
  world = await World.create();
  practice = await world.practice();
});
afterAll(() => world.close());

async function send(options: InjectOptions, to = world): Promise<Answer> {
  const response = await to.test.app.inject({ url: '/graphql', ...options });
  const { data, errors } = response.json<Answer>();
  return { status: response.statusCode, headers: response.headers, data, errors };
}

/** One error, of the closed list, with the request's id and the parts that are wrong. */
async function expectRefusal(options: InjectOptions, status: number, fields: string[], to = world): Promise<string> {
  const requestId = `test-${randomUUID()}`;
  const answer = await send({ ...options, headers: { ...options.headers, 'x-request-id': requestId } }, to);
  expect([answer.status, answer.headers['x-request-id'], answer.data ?? null]).toEqual([status, requestId, null]);
  expect(answer.errors!.map(({ extensions: { code, requestId: id } }) => [code, id])).toEqual([
    ['BAD_USER_INPUT', requestId],
  ]);
  const told = answer.errors![0]!.extensions.details!.fields as Record<string, string[]>;
  expect(Object.keys(told)).toEqual(fields);
  for (const [said] of Object.values(told)) expect(said).toMatch(/^(must |is )/);
  return answer.errors![0]!.message;
}

describe('given a request that is no GraphQL request, when it is refused before anything runs, then it says which part is wrong', () => {
  it.each<[string, InjectOptions, number, string[]]>([
    ['a batch', body([{ query: QUERY }]), 400, ['body']],
    ['an empty batch', body([]), 400, ['body']],
    ['null', body('null'), 400, ['body']],
    ['a number', body('42'), 400, ['body']],
    ['a text', body('"x"'), 400, ['body']],
    ['{}', body({}), 400, ['query']],
    ['a query that is a number', body({ query: 1 }), 400, ['query']],
    ['a query that is null', body({ query: null }), 400, ['query']],
    ['a query that is false', body({ query: false }), 400, ['query']],
    ['a query that is a document', body({ query: { kind: 'Document' } }), 400, ['query']],
    ['an empty query', body({ query: '' }), 400, ['query']],
    ['variables in a text', body({ query: QUERY, variables: '{}' }), 400, ['variables']],
    ['variables in a list', body({ query: QUERY, variables: [] }), 400, ['variables']],
    ['variables that are a number', body({ query: QUERY, variables: 0 }), 400, ['variables']],
    ['an operationName that is a number', body({ query: QUERY, operationName: 1 }), 400, ['operationName']],
    ['an operationName that is none of the query', body({ query: QUERY, operationName: 'A' }), 400, ['operationName']],
    [
      'no name for two operations',
      body({ query: 'query A { me { id } } query B { me { id } }' }),
      400,
      ['operationName'],
    ],
    ['extensions in a text', body({ query: QUERY, extensions: '{}' }), 400, ['extensions']],
    ['extensions in a list', body({ query: QUERY, extensions: [] }), 400, ['extensions']],
    [
      'everything at once',
      body({ operationName: 1, variables: 2, extensions: 3 }),
      400,
      ['query', 'operationName', 'variables', 'extensions'],
    ],
    ['broken JSON', body('{"query":'), 400, ['body']],
    ['an empty body', body(''), 400, ['body']],
    ['a body that is too large', body({ query: QUERY, variables: { x: 'x'.repeat(1_100_000) } }), 413, ['body']],
    ['a form', body('query=x', { 'content-type': 'application/x-www-form-urlencoded' }), 415, ['content-type']],
    ['plain text', body({ query: QUERY }, { 'content-type': 'text/plain' }), 415, ['content-type']],
    ['multipart', body('--x--', { 'content-type': 'multipart/form-data; boundary=x' }), 415, ['content-type']],
    ['a type that is none', body({ query: QUERY }, { 'content-type': 'x' }), 415, ['content-type']],
    ['a POST without a body', { method: 'POST' }, 415, ['content-type']],
    ['PUT', { ...body({ query: QUERY }), method: 'PUT' }, 405, ['method']],
    ['DELETE', { method: 'DELETE' }, 405, ['method']],
    ['OPTIONS', { method: 'OPTIONS' }, 405, ['method']],
    ['a GET that any page could send', search({ query: QUERY }, {}), 400, ['apollo-require-preflight']],
    ['a GET of plain text', search({ query: QUERY }, { 'content-type': 'text/plain' }), 415, ['content-type']],
    ['a GET without a query', search({}), 400, ['query']],
    ['a GET with two queries', search(`query=${QUERY}&query=${QUERY}`), 400, ['query']],
    ['a GET with variables that are no JSON', search({ query: QUERY, variables: '{' }), 400, ['variables']],
    ['a GET with variables in a list', search({ query: QUERY, variables: '[]' }), 400, ['variables']],
    [
      'a GET with two operation names',
      search(`query=${QUERY}&operationName=A&operationName=A`),
      400,
      ['operationName'],
    ],
    ['a GET with extensions that are no JSON', search({ query: QUERY, extensions: 'x' }), 400, ['extensions']],
    ['a GET of a mutation', search({ query: 'mutation { logout(refreshToken: "x") }' }), 405, ['method']],
    ['a client that takes HTML alone', body({ query: QUERY }, { ...JSON_TYPE, accept: 'text/html' }), 406, ['accept']],
    [
      'one that takes no JSON',
      body({ query: QUERY }, { ...JSON_TYPE, accept: 'application/json;q=0' }),
      406,
      ['accept'],
    ],
    ['a host that is none', body({ query: QUERY }, { ...JSON_TYPE, host: 'x y' }), 400, ['host']],
    ['a host that is no address', body({ query: QUERY }, { ...JSON_TYPE, host: '256.256.256.256' }), 400, ['host']],
  ])('%s', async (_, options, status, fields) => {
    await expectRefusal(options, status, fields);
  });

  it('a method that it does not have, with those that it has', async () => {
    const { headers } = await send({ method: 'PATCH' });
    expect(headers.allow).toBe('GET, HEAD, OPTIONS, POST');
  });

  it('an answer that the client does not take: a mutation has not run', async () => {
    const medicalRecordNumber = randomUUID();
    const input = { firstName: 'A', lastName: 'B', dateOfBirth: '2015-01-01', medicalRecordNumber };
    const text = 'mutation($input: CreatePatientInput!) { createPatient(input: $input) { id } }';
    const headers = { ...JSON_TYPE, authorization: `Bearer ${practice.admin}`, accept: 'text/html' };
    await expectRefusal(body({ query: text, variables: { input } }, headers), 406, ['accept']);
    const found = 'query($search: String) { patients(filter: { search: $search }) { totalCount } }';
    const { data } = await world.query(found, { search: medicalRecordNumber }, practice.admin);
    expect(data).toEqual({ patients: { totalCount: 0 } });
  });

  it.each(['*/*', 'application/json', 'application/graphql-response+json', 'text/html, application/json;q=0.5', ''])(
    'but not one that takes %j',
    async (accept) => {
      expect((await send(body({ query: QUERY }, { ...JSON_TYPE, accept }))).data).toEqual({ __typename: 'Query' });
    },
  );

  it('nor a GET as it should be', async () => {
    const parts = {
      query: 'query A($id: ID!) { __typename } query B { __typename }',
      operationName: 'B',
      variables: '{}',
    };
    expect((await send(search(parts))).errors![0]!.message).toContain('never used'); // of the document, which was read
    expect((await send(search({ query: QUERY, extensions: '{}' }))).data).toEqual({ __typename: 'Query' });
  });
});

describe('given a document that is asked for by its hash', () => {
  const sha = 'extensions.persistedQuery.sha256Hash';
  const wrong: [string, unknown, string | undefined, string][] = [
    ['is a text', 'x', undefined, 'extensions.persistedQuery'],
    ['is a number', 0, undefined, 'extensions.persistedQuery'],
    ['is a list', [], undefined, 'extensions.persistedQuery'],
    ['has no version', { sha256Hash: HASH }, undefined, 'extensions.persistedQuery.version'],
    ['has another version', { version: 2, sha256Hash: HASH }, undefined, 'extensions.persistedQuery.version'],
    ['has a version in a text', { version: '1', sha256Hash: HASH }, QUERY, 'extensions.persistedQuery.version'],
    ['has no hash', { version: 1 }, undefined, sha],
    ['has a hash that is a number', { version: 1, sha256Hash: 1 }, undefined, sha],
    ['has a hash that is too short', { version: 1, sha256Hash: 'abc' }, undefined, sha],
    ['has a hash in upper case', { version: 1, sha256Hash: HASH.toUpperCase() }, QUERY, sha],
    ["has another query's hash", { version: 1, sha256Hash: sha256('x') }, QUERY, sha],
  ];

  it.each(wrong)(
    'when persistedQuery %s, then BAD_USER_INPUT says so, by POST and by GET',
    async (_, value, query, field) => {
      await expectRefusal(body(hashed(value, query)), 400, [field]);
      const parts = { ...(query && { query }), extensions: JSON.stringify({ persistedQuery: value }) };
      await expectRefusal(search(parts), 400, [field]);
    },
  );

  it('when nobody has sent the document, then the words that clients know ask for it; then it is known to all', async () => {
    const query = `{ __typename } # ${randomUUID()}`;
    const known = { version: 1, sha256Hash: sha256(query) };
    expect(await expectRefusal(body(hashed(known)), 200, [sha])).toBe('PersistedQueryNotFound');
    expect((await send(body(hashed(known, query)))).data).toEqual({ __typename: 'Query' });
    expect((await send(body(hashed(known)))).data).toEqual({ __typename: 'Query' });
    expect((await send(search({ extensions: JSON.stringify({ persistedQuery: known }) }))).data).toEqual({
      __typename: 'Query',
    });
  });

  it('when a document is wrong, or a hash asks for a mutation by GET, then it is as without a hash', async () => {
    const wrong = `{ nothing } # ${randomUUID()}`;
    const known = { version: 1, sha256Hash: sha256(wrong) };
    expect((await send(body(hashed(known, wrong)))).errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
    expect((await send(body(hashed(known)))).errors![0]!.message).toBe('PersistedQueryNotFound');
    const mutation = `mutation { logout(refreshToken: "${randomUUID()}") }`;
    const changing = { version: 1, sha256Hash: sha256(mutation) };
    await send(body(hashed(changing, mutation)));
    await expectRefusal(search({ extensions: JSON.stringify({ persistedQuery: changing }) }), 405, ['method']);
  });

  it('when it is off, then the words that clients know say so, and a document with its hash is not kept', async () => {
    const other = await World.create({ GRAPHQL_PERSISTED_QUERIES: 'false' });
    const known = { version: 1, sha256Hash: HASH };
    for (const query of [undefined, QUERY]) {
      const said = await expectRefusal(body(hashed(known, query)), 200, ['extensions.persistedQuery'], other);
      expect(said).toBe('PersistedQueryNotSupported');
    }
    await other.close();
  });
});
