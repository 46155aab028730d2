import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { servePlayground } from '../../src/app/playground/serve-playground.ts';
import { createTestApp, type TestApp } from '../support/test-app.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const ASKS_BY_GET = { method: 'GET', url: '/graphql?query=%7B__typename%7D' } as const;
const PREFLIGHTED = { 'apollo-require-preflight': '1' };

describe('given the application outside production', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await createTestApp();
  });
  afterAll(() => test.close());

  it('when a browser gets /graphql, then it is answered as a page; without a build one that says so', async () => {
    const answer = await test.app.inject({ method: 'GET', url: '/graphql', headers: { accept: BROWSER } });

    expect(answer.statusCode).toBe(503);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers.vary).toBe('accept');
    expect(answer.body).toContain('npm run build');
  });

  it.each([
    ['*/*'],
    ['application/json'],
    ['application/graphql-response+json, application/json;q=0.9'],
    ['application/json, text/html;q=0.5'],
  ])('when a client that accepts %s asks by GET, then GraphQL answers', async (accept) => {
    const answer = await test.app.inject({ ...ASKS_BY_GET, headers: { ...PREFLIGHTED, accept } });

    expect(answer.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('when a client sends no Accept at all, then GraphQL answers', async () => {
    expect((await test.app.inject({ ...ASKS_BY_GET, headers: PREFLIGHTED })).json()).toEqual({
      data: { __typename: 'Query' },
    });
  });

  it('when a GET is not preflighted, then it is refused as before', async () => {
    const answer = await test.app.inject({ ...ASKS_BY_GET, headers: { accept: '*/*' } });

    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('apollo-require-preflight');
  });

  it('when a browser posts, then GraphQL answers', async () => {
    const answer = await test.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { accept: BROWSER, 'content-type': 'application/json' },
      payload: { query: '{ __typename }' },
    });

    expect(answer.body).toContain('Query');
    expect(answer.headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
  });

  it('when a browser gets another path, then it is NOT_FOUND as everywhere', async () => {
    for (const url of ['/', '/graphql/', '/graphql/assets/x.js'])
      expect((await test.app.inject({ method: 'GET', url, headers: { accept: BROWSER } })).statusCode).toBe(404);
  });
});

describe('given production', () => {
  it.each([
    ['nothing is set', {}, 400],
    ['GRAPHQL_PLAYGROUND is false', { GRAPHQL_PLAYGROUND: 'false' }, 400],
    ['GRAPHQL_PLAYGROUND is true', { GRAPHQL_PLAYGROUND: 'true' }, 503],
  ])('when %s, then a browser is answered accordingly', async (_, settings, status) => {
    const test = await createTestApp({ NODE_ENV: 'production', ...settings });
    try {
      const answer = await test.app.inject({ method: 'GET', url: '/graphql', headers: { accept: BROWSER } });

      expect(answer.statusCode).toBe(status);
      expect(answer.body.includes('<!doctype html>')).toBe(status === 503);
    } finally {
      await test.close();
    }
  });
});

describe('given a page that has been built', () => {
  let folder: string;
  let server: FastifyInstance;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'playground-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<!doctype html><p>The page');
    await writeFile(join(folder, 'assets', 'index-abc123.js'), 'const a = 1;');
    await writeFile(join(folder, 'assets', '.hidden'), 'TOP SECRET');
    await writeFile(join(folder, 'secret.txt'), 'TOP SECRET');
    server = fastify();
    server.get('/graphql', () => 'GraphQL');
    servePlayground(server, folder);
    await server.ready();
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  const get = (url: string, accept = BROWSER) => server.inject({ method: 'GET', url, headers: { accept } });

  it('when a browser gets /graphql, then it gets the page, to be asked for anew each time', async () => {
    const answer = await get('/graphql?query=%7Bme%7D');

    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('The page');
    expect(answer.headers['cache-control']).toBe('no-cache');
    expect((await get('/graphql', '*/*')).body).toBe('GraphQL');
  });

  it.each(['/graphql', '/graphql/assets/index-abc123.js'])(
    'when it gets %s, then only the server itself may be loaded from, and no script of the page or of a text runs',
    async (url) => {
      const { headers } = await get(url);
      const policy = new Map(
        String(headers['content-security-policy'])
          .split('; ')
          .map((line) => {
            const [name = '', ...sources] = line.split(' ');
            return [name, sources.join(' ')];
          }),
      );

      expect(policy.get('default-src')).toBe("'self'");
      expect(policy.get('frame-ancestors')).toBe("'none'");
      for (const name of ['script-src', 'script-src-elem', 'script-src-attr', 'worker-src', 'connect-src'])
        expect(policy.has(name)).toBe(false); // they fall back to default-src
      for (const sources of policy.values()) expect(sources).not.toMatch(/http|ws|\*|unsafe-eval/);
      expect(headers['x-content-type-options']).toBe('nosniff');
    },
  );

  it('when it gets an asset, then it may keep it forever', async () => {
    const { statusCode, headers } = await get('/graphql/assets/index-abc123.js');

    expect(statusCode).toBe(200);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['content-type']).toContain('javascript');
    expect(headers.etag).toBeDefined();
  });

  it.each([
    '/graphql/assets/nothing.js',
    '/graphql/assets/',
    '/graphql/assets',
    '/graphql/assets/.hidden',
    '/graphql/assets/../secret.txt',
    '/graphql/assets/..%2fsecret.txt',
    '/graphql/assets/%2e%2e/secret.txt',
    '/graphql/assets/..%5csecret.txt',
    '/graphql/assets//etc/passwd',
    '/graphql/secret.txt',
  ])('when it gets %s, then it is refused', async (url) => {
    const { statusCode, body } = await get(url);

    expect([403, 404]).toContain(statusCode);
    expect(body).not.toMatch(/TOP SECRET|root:/);
  });
});
