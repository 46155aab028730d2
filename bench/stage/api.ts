import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { flagsOfStart } from '../../test/support/start-flags.ts';
import type { Server } from './server.ts';

const HOST = '127.0.0.1';
const LISTENING = /"port":(\d+),"metricsPort":(\d+)/;
const START_LIMIT_MS = 60_000;

/** Signs the access tokens of the bench's users. */
export const JWT_SECRET = randomBytes(48).toString('base64url');

/** A process of the API as a user runs it: the built files, NODE_ENV=production, every setting as it is unless told. */
export class Api {
  /** Seconds of load that was not measured. */
  warmedUpFor = 0;

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    private readonly metricsUrl: string,
  ) {}

  static async start(server: Server, database: string, number: number, flags: readonly string[] = []): Promise<Api> {
    const path = join(server.folder, `${database}-${number}.log`);
    const log = openSync(path, 'a');
    const child = spawn(process.execPath, [...(await flagsOfStart()), ...flags, 'dist/src/app/main.js'], {
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        HOST,
        PORT: '0',
        METRICS_PORT: '0',
        JWT_SECRET,
        DATABASE_URL: server.url('application', database),
        DATABASE_MIGRATION_URL: server.url('owner', database),
        SHUTDOWN_DELAY_SECONDS: '0',
      },
    });
    closeSync(log);
    const deadline = Date.now() + START_LIMIT_MS;
    for (;;) {
      const text = await readFile(path, 'utf8');
      const [, port, metricsPort] = LISTENING.exec(text) ?? [];
      if (port) return new Api(child, `http://${HOST}:${port}`, `http://${HOST}:${metricsPort}/metrics`);
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`The API does not start:\n${text}`);
      await sleep(20);
    }
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** How many transactions were attempted, by what became of them: `committed`, `replayed`, `gave-up`, `failed`. */
  async attempts(): Promise<Record<string, number>> {
    const text = await (await fetch(this.metricsUrl)).text();
    const counts: Record<string, number> = {};
    for (const [, outcome = '', count] of text.matchAll(
      /^therapy_transaction_attempts_total\{outcome="([\w-]+)".*?\} (\d+)/gm,
    ))
      counts[outcome] = (counts[outcome] ?? 0) + Number(count);
    return counts;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}
