import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, printSchema } from 'graphql';
import type { LightMyRequestResponse } from 'fastify';
import { createTestApp, type TestApp } from '../support/test-app.ts';

const COMMITTED = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

async function withApp(settings: Record<string, string>, use: (test: TestApp) => Promise<void>): Promise<void> {
  const test = await createTestApp(settings);
  try {
    await use(test);
  } finally {
    await test.close();
  }
}

const get = ({ app }: TestApp, headers = {}, method: 'GET' | 'HEAD' = 'GET'): Promise<LightMyRequestResponse> =>
  app.inject({ method, url: '/schema.graphql', headers });

describe('given the schema may be asked for', () => {
  it('when /schema.graphql is asked for, then it is the file of the repository, and once it is known, not sent again', () =>
    withApp({}, async (test) => {
      const answer = await get(test);
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
      expect(answer.body).toBe(COMMITTED);
      expect(printSchema(buildSchema(answer.body))).toContain('type Query');

      const etag = answer.headers.etag!;
      expect([etag, answer.headers['cache-control']]).toEqual([expect.stringMatching(/^"[\w-]{43}"$/), 'no-cache']);
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
        const again = await get(test, { 'if-none-match': known });
        expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag]);
      }
      expect((await get(test, { 'if-none-match': '"other"' })).statusCode).toBe(200);
      const head = await get(test, {}, 'HEAD');
      expect([head.statusCode, head.body, head.headers.etag]).toEqual([200, '', etag]);
    }));
});

describe('given the schema may not be asked for', () => {
  it.each<Record<string, string>>([{ GRAPHQL_INTROSPECTION: 'false' }, { NODE_ENV: 'production', LOG_LEVEL: 'error' }])(
    'when %j and /schema.graphql is asked for, then there is nothing',
    (settings) =>
      withApp(settings, async (test) => {
        const answer = await get(test);
        expect(answer.statusCode).toBe(404);
        expect(answer.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
        expect(answer.headers).not.toHaveProperty('etag');
      }),
  );
});
