import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LightMyRequestResponse } from 'fastify';
import { World, type Practice } from '../support/world.ts';

const OURS = 'https://app.example';
const QUERY = { url: '/graphql', query: { query: '{ me { id } }' } } as const;

describe('given a browser', () => {
  let world: World;
  let practice: Practice;
  beforeAll(async () => {
    world = await World.create({ CORS_ORIGINS: `${OURS},https://other.example`, MAX_BODY_BYTES: '2048' });
    practice = await world.practice();
  });
  afterAll(() => world.close());

  const preflight = (origin: string, url = '/graphql'): Promise<LightMyRequestResponse> =>
    world.test.app.inject({
      method: 'OPTIONS',
      url,
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });

  it.each(['/graphql', '/api/appointments', '/nothing'])(
    'when %s answers, then it may not be framed, sniffed or run',
    async (url) => {
      const { headers } = await world.test.app.inject({ method: 'GET', url });
      expect(headers).toMatchObject({
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
      });
      expect(headers).not.toHaveProperty('x-powered-by');
    },
  );

  it('when a page of an allowed origin asks, then it may, without cookies; another may not', async () => {
    for (const url of ['/graphql', '/api/appointments']) {
      const { statusCode, headers } = await preflight(OURS, url);
      expect([statusCode, headers['access-control-allow-origin']]).toEqual([204, OURS]);
      expect(headers['access-control-allow-headers']).toContain('idempotency-key');
      expect(headers['access-control-allow-headers']).toContain('graphql-cost');
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
      expect((await preflight('https://evil.example', url)).headers).not.toHaveProperty('access-control-allow-origin');
    }
    const answer = await world.test.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { origin: OURS, authorization: `Bearer ${practice.admin}` },
      payload: { query: '{ me { id } }' },
    });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': OURS,
      'access-control-expose-headers': 'x-request-id, retry-after, ratelimit, ratelimit-policy',
    });
  });

  it.each([
    ['a link', { method: 'GET', ...QUERY } as const],
    [
      'a form',
      {
        method: 'POST',
        url: '/graphql',
        headers: { 'content-type': 'text/plain' },
        payload: '{"query":"{ __typename }"}',
      } as const,
    ],
    [
      'a url-encoded form',
      {
        method: 'POST',
        url: '/graphql',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: 'query=%7B__typename%7D',
      } as const,
    ],
  ])('when another site sends a query by %s, which needs no preflight, then it is refused', async (_, request) => {
    const { statusCode, body } = await world.test.app.inject({ ...request });
    expect(statusCode).toBeGreaterThanOrEqual(400);
    expect(statusCode).toBeLessThan(500);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  it('when a GET comes with a header that only our pages can send, then it is answered', async () => {
    const headers = { 'apollo-require-preflight': 'yes', authorization: `Bearer ${practice.admin}` };
    const { statusCode } = await world.test.app.inject({ method: 'GET', ...QUERY, headers });
    expect(statusCode).toBe(200);
  });

  it('when a body is larger than the setting, then 413', async () => {
    const payload = { query: `{ me { id } } # ${'x'.repeat(2048)}` };
    expect((await world.test.app.inject({ method: 'POST', url: '/graphql', payload })).statusCode).toBe(413);
  });
});

describe('given no CORS_ORIGINS', () => {
  it('when any page asks, then no origin is allowed', async () => {
    const world = await World.create();
    const { headers } = await world.test.app.inject({
      method: 'OPTIONS',
      url: '/graphql',
      headers: { origin: OURS, 'access-control-request-method': 'POST' },
    });
    await world.close();
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('given a URL that cannot be decoded', () => {
  it.each(['/%ZZ', '/api/appointments/%E0%A4%A', `/api/appointments/${'%20'.repeat(200)}`])(
    'when %s is asked for, then 400 with a request id, and no echo',
    async (url) => {
      const world = await World.create();
      const answer = await world.test.app.inject({ method: 'GET', url });
      await world.close();
      expect([answer.statusCode, answer.headers['x-request-id']]).toEqual([expect.any(Number), expect.any(String)]);
      expect([400, 404, 414]).toContain(answer.statusCode);
      expect(answer.body).toContain('BAD_USER_INPUT');
      expect(answer.body).not.toContain('%');
    },
  );
});
