import { spawn } from 'node:child_process';
import { chmod, cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Figures } from '../report/figures.ts';

const LIMIT_MS = 120_000;
const POLL_MS = 10;
/** By npm ci, builds and starts. */
const MADE_LATER = new Set(['node_modules', 'dist', '.data', 'coverage', '.git']);
const QUESTION = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"query":"{ __typename }"}',
};

/** What somebody new sees: the project as it is after `npm ci`, started with `npm start`, and once more. */
export async function start(): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'therapy-bench-start-'));
  // as root PostgreSQL runs under another account, which has to get through to .data
  await chmod(folder, 0o755);
  try {
    await cp('.', folder, { recursive: true, filter: (path) => !MADE_LATER.has(path) });
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
    const first = await secondsToAnswer(folder);
    const second = await secondsToAnswer(folder);
    return {
      scenario: 'start',
      sides: [],
      bars: [
        { what: 'first start to the first answer', figure: first, unit: ' s', atMost: 20 },
        { what: 'second start to the first answer', figure: second, unit: ' s', atMost: 3 },
      ],
      notes: ['By npm start in a folder of its own: built, with the embedded PostgreSQL and its sample practices.'],
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function secondsToAnswer(folder: string): Promise<number> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // a group of its own, so that npm, its shell and the API are ended together
    detached: true,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, HOST: '127.0.0.1', PORT: String(port) },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const end = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  };
  process.once('exit', end);
  const ended = new Promise((done) => child.once('exit', done));
  try {
    while (!(await answers(port))) {
      if (child.exitCode !== null || performance.now() - begun > LIMIT_MS)
        throw new Error(`npm start does not get to an answer:\n${output}`);
      await sleep(POLL_MS);
    }
    return (performance.now() - begun) / 1000;
  } finally {
    end();
    await ended;
    process.off('exit', end);
  }
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/graphql`, QUESTION).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
