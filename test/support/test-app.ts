import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApplication } from '../../src/app/application.ts';
import { Environment } from '../../src/platform/config/environment.ts';
import { settingsOfCluster } from './cluster.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { watchRefusals } from './refusals.ts';
import { watchRest, type RestCall, type RestAnswer } from './rest.ts';

export interface GraphQLAnswer {
  readonly status: number;
  // tests look into answers freely
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data: any;
  readonly errors:
    | {
        message: string;
        path?: string[];
        extensions: { code: string; details?: Record<string, unknown>; requestId?: string };
      }[]
    | undefined;
  /** The first error's code. */
  readonly code: string | undefined;
}

export interface TestApp {
  readonly app: NestFastifyApplication;
  readonly database: TestDatabase;
  /** Posts a query; with a token as that user. */
  query(text: string, variables?: Record<string, unknown>, token?: string): Promise<GraphQLAnswer>;
  /** Makes a REST call; that its answer is as the OpenAPI document promises is checked at `close`. */
  rest(call: RestCall): Promise<RestAnswer>;
  close(): Promise<void>;
}

/**
 * The real application on a real PostgreSQL database, by default of its own; its `close` drops it, and tells where an answer
 * was not what the API promises.
 */
export async function createTestApp(settings: Record<string, string> = {}, given?: TestDatabase): Promise<TestApp> {
  const database = given ?? (await createTestDatabase());
  const environment = Environment.read({
    NODE_ENV: 'test',
    JWT_SECRET: randomBytes(32).toString('hex'),
    DATABASE_URL: database.applicationUrl,
    LOGINS_PER_MINUTE: '0', // a test signs in more people than a front desk
    NEW_DOCUMENTS_PER_MINUTE: '0', // and sends more documents than any client has
    DENIALS_PER_MINUTE: '0', // and is denied more
    DATABASE_MIGRATION_URL: database.ownerUrl,
    ...settingsOfCluster(),
    ...settings,
  });
  const app = await createApplication(environment, database.applicationUrl);
  const promised = watchRest(app);
  const { unlisted } = watchRefusals(app);
  return {
    app,
    database,
    rest: async ({ method, url, token, body, headers }) => {
      const response = await app.inject({
        method,
        url: `/api${url}`,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const answer: unknown = response.payload ? response.json() : undefined;
      return { status: response.statusCode, headers: response.headers, body: answer };
    },
    query: async (text, variables = {}, token) => {
      const response = await app.inject({
        method: 'POST',
        url: '/graphql',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        payload: JSON.stringify({ query: text, variables }),
      });
      const { data, errors } = response.json<Pick<GraphQLAnswer, 'data' | 'errors'>>();
      return { status: response.statusCode, data, errors, code: errors?.[0]?.extensions.code };
    },
    close: async () => {
      await app.close();
      await database.drop();
      if (unlisted.size) throw new Error(`Not what the mutation @Refuses:\n${[...unlisted].join('\n')}`);
      if (promised.broken.length) throw new Error(`Not as the OpenAPI document says:\n${promised.broken.join('\n')}`);
    },
  };
}
