import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const STARTED = /http:\/\/localhost:\d+/;

export interface StartedApp {
  /** Without a path. */
  readonly url: string;
  stop(): Promise<void>;
}

/** What `npm start` starts, on a free port and with the demo data in a folder that goes with it. */
export async function startApp(): Promise<StartedApp> {
  const folder = await mkdtemp(join(tmpdir(), 'therapy-browser-'));
  // for root PostgreSQL runs under another account, which must be able to walk in
  await chmod(folder, 0o755);
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ['dist/src/app/main.js'], {
    env: { PATH, HOME, PORT: '0', DATA_DIR: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  let output = '';
  try {
    const url = await new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        const found = STARTED.exec(output)?.[0];
        if (found) resolve(found);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      void ended.then(() => reject(new Error(`The application ended before it was started:\n${output}`)));
    });
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
