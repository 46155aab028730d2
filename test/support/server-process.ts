import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { transformFile } from '@swc/core';

/** src/ as JavaScript in a folder of its own: what `npm start` runs, without waiting for a whole build. */
export class Build {
  private constructor(readonly folder: string) {}

  static async make(): Promise<Build> {
    const folder = await mkdtemp(join(tmpdir(), 'therapy-build-'));
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    for (const root of ['src', 'migrations'])
      for (const entry of await readdir(root, { recursive: true })) {
        if (!entry.endsWith('.ts') || entry.endsWith('.spec.ts')) continue;
        const from = resolve(root, entry);
        const to = join(folder, relative('.', from)).replace(/ts$/, 'js');
        await mkdir(dirname(to), { recursive: true });
        const { code } = await transformFile(from);
        await writeFile(to, code.replace(/(from |import\(|import )(['"]\.[^'"]*)\.ts(['"])/g, '$1$2.js$3'));
      }
    return new Build(folder);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A server in a process of its own, and all that it writes. */
export class ServerProcess {
  output = '';

  private constructor(private readonly child: ChildProcess) {}

  /** Starts `src/app/main.js`; resolves when it listens. */
  static async start(build: Build, environment: NodeJS.ProcessEnv): Promise<ServerProcess> {
    const child = spawn(process.execPath, [join(build.folder, 'src/app/main.js')], {
      cwd: build.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', ...environment },
    });
    const server = new ServerProcess(child);
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (server.output += text));
    await server.until(() => /listening/.test(server.output) || child.exitCode !== null);
    return server;
  }

  get lines(): string[] {
    return this.output.split('\n').filter(Boolean);
  }

  get port(): number {
    return Number(/"?port"?: ?(\d+)/.exec(this.output)?.[1]);
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${path}`, init);
  }

  async until(condition: () => boolean): Promise<void> {
    for (let turn = 0; !condition(); turn++) {
      if (turn === 4000) throw new Error(`What was waited for did not happen:\n${this.output}`);
      await sleep(5);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** By SIGTERM, and what it exits with. */
  stop(): Promise<number | null> {
    if (this.child.exitCode === null) this.child.kill('SIGTERM');
    return this.ended();
  }

  /** What it exits with. */
  async ended(): Promise<number | null> {
    await this.until(() => this.child.exitCode !== null || this.child.signalCode !== null);
    return this.child.exitCode;
  }
}
