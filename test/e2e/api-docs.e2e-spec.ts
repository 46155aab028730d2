import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestApp, type TestApp } from '../support/test-app.ts';

const SWAGGER_UI = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
const statusOf = async ({ app }: TestApp, url: string): Promise<number> => (await app.inject({ url })).statusCode;

describe('given production', () => {
  it.each([
    ['nothing is said', {}, 404],
    ['API_DOCS is on', { API_DOCS: 'true' }, 200],
  ])('when %s, then REST is described there or not', async (_, settings, status) => {
    const test = await createTestApp({ NODE_ENV: 'production', LOG_LEVEL: 'silent', ...settings });
    try {
      for (const url of ['/api-docs', '/api-docs/', '/api-docs/json', '/api-docs/swagger-ui-bundle.js'])
        expect([url, await statusOf(test, url)]).toEqual([url, status]);
    } finally {
      await test.close();
    }
  });
});

describe('given the description of REST', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await createTestApp();
  });
  afterAll(() => test.close());

  it("when the files of Swagger UI's package are asked for, then those that the page loads are there, and no other", async () => {
    const files = (await readdir(SWAGGER_UI)).filter((file) => file.includes('.'));
    expect(files.filter((file) => file.endsWith('.map')).length).toBeGreaterThan(3);
    const served: string[] = [];
    for (const file of files) if ((await statusOf(test, `/api-docs/${file}`)) === 200) served.push(file);
    expect(served.sort()).toEqual([
      'favicon-16x16.png',
      'favicon-32x32.png',
      'swagger-ui-bundle.js',
      'swagger-ui-standalone-preset.js',
      'swagger-ui.css',
    ]);
  });

  it.each(['/api-docs/swagger-ui.css%2Emap', '/api-docs//swagger-ui.css.map', '/api-docs/./swagger-ui.css.map'])(
    'when a source map is asked for as %s, then there is nothing, in the words of everything that is not there',
    async (url) => {
      const { statusCode, body } = await test.app.inject({ url });
      expect([statusCode, body]).toEqual([404, expect.stringContaining('NOT_FOUND')]);
    },
  );
});
