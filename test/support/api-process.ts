import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { settingsOfCluster, type ClusterUrls } from './cluster.ts';
import { freePort } from './free-port.ts';
import type { GraphQLAnswer } from './test-app.ts';

const HOST = '127.0.0.1';

export interface ApiAnswer extends GraphQLAnswer {
  readonly connection: unknown;
  /** In seconds; NaN where the answer does not say. */
  readonly retryAfter: number;
}

/** One process of the API as in production, on a port of its own. */
export interface ApiProcess {
  readonly url: string;
  readonly pid: number;
  /** What it has printed. */
  readonly output: string;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  get(path: string): Promise<Response>;
  query(text: string, variables?: object, token?: string, headers?: Record<string, string>): Promise<ApiAnswer>;
  signal(name: NodeJS.Signals): void;
  /** Waits until it answers /health/ready with 200. @throws Error it has ended instead, with what it printed */
  untilReady(): Promise<void>;
}

const FROM_SOURCES = new URL('from-sources.mjs', import.meta.url).href;

/** Where the sources begin; the second is where they did before src/ had floors, for a version from then. */
const MAINS = ['src/app/main.ts', 'src/main.ts'];

/**
 * Starts one; several share a database and a JWT_SECRET. The caller ends it.
 *
 * @param folder of the project whose sources are started; this one unless said
 * @param flags of Node.js
 */
export async function startApi(
  { applicationUrl, ownerUrl }: Pick<ClusterUrls, 'applicationUrl' | 'ownerUrl'>,
  settings: Record<string, string>,
  folder = '.',
  flags: readonly string[] = [],
): Promise<ApiProcess> {
  const port = await freePort();
  const main = MAINS.find((path) => existsSync(join(folder, path))) ?? '';
  const child = spawn(process.execPath, [...flags, '--import', FROM_SOURCES, main], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      HOST,
      PORT: String(port),
      DATABASE_URL: applicationUrl,
      DATABASE_MIGRATION_URL: ownerUrl,
      SHUTDOWN_DELAY_SECONDS: '0',
      ...settingsOfCluster(),
      ...settings,
    },
  });
  return apiOf(child, `http://${HOST}:${port}`);
}

function apiOf(child: ChildProcess, url: string): ApiProcess {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    url,
    pid: child.pid!,
    ended,
    get output() {
      return output;
    },
    get: (path) => fetch(url + path),
    query: async (text, variables = {}, token, headers = {}) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }), ...headers },
        body: JSON.stringify({ query: text, variables }),
      });
      const { data, errors } = (await response.json()) as Pick<GraphQLAnswer, 'data' | 'errors'>;
      const connection = response.headers.get('connection');
      const retryAfter = Number(response.headers.get('retry-after') ?? NaN);
      return { status: response.status, data, errors, code: errors?.[0]?.extensions.code, connection, retryAfter };
    },
    signal: (name) => void child.kill(name),
    untilReady: async () => {
      while (!(await isReady(url))) {
        if (child.exitCode !== null) throw new Error(`The process has ended:\n${output}`);
        await sleep(50);
      }
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}
