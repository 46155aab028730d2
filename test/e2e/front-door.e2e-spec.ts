import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Admission } from '../../src/rules/rate-limits/admission.service.ts';
import { Documents } from '../../src/platform/graphql/edge/documents.ts';
import { RequestContext } from '../../src/foundation/request-context/request-context.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { World, type Practice } from '../support/world.ts';

const DOCUMENTS = 5;
const MOST = 100_000;

let world: World;
let practice: Practice;
beforeAll(async () => {
  world = await World.create({ NEW_DOCUMENTS_PER_MINUTE: String(DOCUMENTS), MAX_ANSWER_BYTES: String(MOST) });
  practice = await world.practice();
});
afterAll(() => world.close());
afterEach(() => void jest.restoreAllMocks());

interface Sent {
  readonly query?: unknown;
  readonly variables?: object;
  readonly token?: string;
  readonly from?: string;
  readonly headers?: Record<string, string>;
}

async function send({ token, from = '192.0.2.1', headers, ...body }: Sent): Promise<GraphQLAnswer & { raw: string }> {
  const response = await world.test.app.inject({
    method: 'POST',
    url: '/graphql',
    remoteAddress: from,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }), ...headers },
    payload: JSON.stringify(body),
  });
  const { data, errors } = response.json<Pick<GraphQLAnswer, 'data' | 'errors'>>();
  return { status: response.statusCode, data, errors, code: errors?.[0]?.extensions.code, raw: response.payload };
}

describe('given documents that nobody has sent before', () => {
  const junk = (): string => `{ nothing${randomUUID().replace(/-/g, '')} }`;

  it('when an address without a token sends many, then it is refused; what is known, and other addresses, are not', async () => {
    const from = '192.0.2.10';
    const codes = [];
    for (let nth = 0; nth <= DOCUMENTS; nth++) codes.push((await send({ query: junk(), from })).code);
    expect(codes).toEqual([...Array<string>(DOCUMENTS).fill('BAD_USER_INPUT'), 'RATE_LIMITED']);
    const login = 'mutation { login(input: {email: "nobody@practice.example", password: "wrong"}) { accessToken } }';
    expect((await send({ query: login, from: '192.0.2.11' })).code).toBe('UNAUTHENTICATED');
    expect((await send({ query: login, from })).code).toBe('UNAUTHENTICATED');
    expect((await send({ query: junk(), from, token: practice.admin })).code).toBe('BAD_USER_INPUT');
  });

  it('when a token that does not count is sent along, then it helps nobody', async () => {
    const from = '192.0.2.12';
    for (let nth = 0; nth < DOCUMENTS; nth++) await send({ query: junk(), from, token: 'broken' });
    expect((await send({ query: junk(), from, token: 'broken' })).code).toBe('RATE_LIMITED');
  });

  it('when a wrong one comes again, then it is told so in the same words, without being looked through', async () => {
    const query = `{ me { ${'nothing '.repeat(3)} } }`;
    const first = await send({ query, token: practice.admin });
    const documents = world.test.app.get(Documents, { strict: false });
    const words = ({ errors }: GraphQLAnswer): unknown =>
      errors!.map(({ message, extensions: { code } }) => [message, code]);
    const headers = { 'x-request-id': 'the-second-time' };
    const again = await send({ query, token: practice.admin, headers });
    expect([again.status, words(again)]).toEqual([first.status, words(first)]);
    expect(again.errors!.map(({ extensions }) => extensions.requestId)).toEqual(
      again.errors!.map(() => 'the-second-time'),
    );
    expect(documents.faultsOf(query)).toHaveLength(first.errors!.length);
    jest.spyOn(documents, 'faultsOf').mockReturnValue([{ message: 'from memory', extensions: { code: 'OF_MEMORY' } }]);
    expect(words(await send({ query, token: practice.admin }))).toEqual([['from memory', 'OF_MEMORY']]);
  });
});

describe('given documents that are asked for again and again', () => {
  it('when they are too broad to be validated, then they are refused from memory, too', async () => {
    const query = `{ ${Array.from({ length: 21 }, (_, index) => `a${index}: me { id }`).join(' ')} }`;
    const first = await send({ query, token: practice.admin });
    expect(first.errors![0]!.extensions.details).toEqual({ roots: 21, most: 20 });
    expect(world.test.app.get(Documents, { strict: false }).faultsOf(query)).toHaveLength(1);
    expect((await send({ query, token: practice.admin })).errors).toEqual([
      { ...first.errors![0], extensions: { ...first.errors![0]!.extensions, requestId: expect.any(String) } },
    ]);
  });

  it('when they ask for the schema without a token, then each time counts: such an answer is large', async () => {
    const ask = { query: '{ __schema { types { name } } }', from: '192.0.2.13' };
    const codes = [];
    for (let nth = 0; nth <= DOCUMENTS; nth++) codes.push((await send(ask)).code);
    expect(codes).toEqual([...Array<undefined>(DOCUMENTS).fill(undefined), 'RATE_LIMITED']);
    expect((await send({ ...ask, token: practice.admin })).code).toBeUndefined();
  });
});

describe('given a body', () => {
  const large = 'x'.repeat(40_000);
  const login = `mutation($text: String!) { login(input: {email: $text, password: "wrong"}) { accessToken } }`;

  it('when it is large and comes without a token, then it is refused before it is read', async () => {
    expect(await send({ query: login, variables: { text: large } })).toMatchObject({
      ...{ status: 413, code: 'BAD_USER_INPUT' },
      errors: [{ extensions: { details: { fields: { body: expect.anything() } }, requestId: expect.any(String) } }],
    });
  });

  it.each(['/nothing', '/health/live', '/api/nothing'])(
    'when it is sent to %s, where nothing takes it, then it is not read either',
    async (url) => {
      const payload = JSON.stringify({ text: large });
      const headers = { 'content-type': 'application/json' };
      const { statusCode } = await world.test.app.inject({ method: 'POST', url, headers, payload });
      expect(statusCode).toBe(413);
    },
  );

  it('when its token has expired, then the client is told to sign in, and not that the body is large', async () => {
    expect(await send({ query: login, variables: { text: large }, token: 'expired' })).toMatchObject({
      ...{ status: 401, code: 'UNAUTHENTICATED' },
    });
  });

  it('when it comes with a token, then it is read', async () => {
    const query = 'query($text: String) { me { id } patients(filter: {search: $text}) { nodes { id } } }';
    const { status, errors } = await send({ query, variables: { text: large }, token: practice.admin });
    expect([status, errors![0]!.extensions.details]).toEqual([200, { fields: { search: [expect.any(String)] } }]);
  });
});

describe('given an answer', () => {
  const AS = Array.from({ length: 60 }, (_, index) => `a${index}: description`).join(' ');
  const DEAR = `{ serviceCodes { ${AS} } }`;
  let small: Practice;
  beforeAll(async () => {
    small = await world.practice();
    for (let code = 0; code < 8; code++)
      await world.serviceCode(practice, { code: `LONG-${code}`, description: 'x'.repeat(500) });
  });

  it('when it would be larger than answers may be, then it is refused with the figure, and nothing of it is sent', async () => {
    const answer = await send({ query: DEAR, token: practice.admin });
    expect(answer).toMatchObject({ code: 'BAD_USER_INPUT', data: undefined });
    expect(answer.errors![0]!.extensions).toMatchObject({
      details: { most: MOST, fields: { answer: [expect.stringContaining(String(MOST))] } },
      requestId: expect.any(String),
    });
    expect(answer.raw.length).toBeLessThan(1_000);
    expect((await send({ query: DEAR, token: small.admin })).errors).toBeUndefined();
  });

  it('when it is that of a change, then it says that the change was made', async () => {
    const [patient, practitioner] = [await world.patient(small), await world.practitioner(small)];
    const booking = {
      ...{ patientId: patient.id, practitionerId: practitioner.id, notes: 'y'.repeat(10_000) },
      authorizationId: await world.authorization(small, patient.id),
      ...{ startTime: '2030-01-07T14:00:00Z', endTime: '2030-01-07T15:00:00Z' },
    };
    const notes = Array.from({ length: 20 }, (_, index) => `a${index}: notes`).join(' ');
    const { data, code, errors } = await world.book(small.admin, booking, notes);
    expect([data, code, errors![0]!.message]).toEqual([
      undefined,
      'INTERNAL_SERVER_ERROR',
      expect.stringContaining('The change was saved'),
    ]);
    const list = await world.query('{ appointments { totalCount } }', {}, small.admin);
    expect(list.data).toEqual({ appointments: { totalCount: 1 } });
  });

  it('when a caller leaves as many unread as may be, then they get no more until they have read; others do', async () => {
    const admission = world.test.app.get(Admission, { strict: false });
    const current = RequestContext.anonymous({ requestId: 'slow' }, () => new Date());
    const holder = { current, atEnd: [] as (() => void)[] };
    const { userId: user, token } = await world.user(practice.admin, { role: 'ADMIN' });
    admission.sending(holder, { practice: practice.id, user }, 2 * MOST, () => undefined);
    const me = { query: '{ me { id } }' };
    expect(await send({ ...me, token })).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect((await send({ ...me, token: practice.admin })).code).toBeUndefined();
    for (const read of holder.atEnd) read();
    expect((await send({ ...me, token })).code).toBeUndefined();
  });
});
