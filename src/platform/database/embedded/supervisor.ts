import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { parse } from 'node:path';

/** The account a command runs under, when this process is root: PostgreSQL refuses to run as root. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

export interface Command {
  file: string;
  args: string[];
  /** Receives what the command prints. */
  log: string;
  account: Account | undefined;
}

/** A command that ends, by SIGINT, no later than the process that started it. */
export interface Supervised {
  /** Of the command itself; 0 when it could not be started (the log says why). */
  pid: number;
  supervisorPid: number;
  exitCode: number | undefined;
  exited: Promise<number>;
  /** Lets this process end (and with it the command) without having called close(). */
  release(): void;
  /** Asks the command to end; `exited` tells when it has. */
  close(): void;
}

/**
 * The supervisor is a second node in a session of its own, so that Ctrl-C in the terminal reaches only the application. It
 * holds one end of a pipe: however the application ends, even by kill -9, the kernel closes the other end and the supervisor
 * ends the command. It is a string given to `node -e`, since a file would have another name and place in dist and in jest.
 */
const SUPERVISOR = `
const { spawn } = require('node:child_process');
const { openSync, writeSync } = require('node:fs');
const { file, args, log, account, cwd } = JSON.parse(process.argv[1]);
const out = openSync(log, 'a', 0o600);
const as = account ? { uid: account.uid, gid: account.gid } : {};
const child = spawn(file, args, { cwd, stdio: ['ignore', out, out], windowsHide: true, ...as });
child.on('error', (error) => {
  writeSync(out, String(error) + '\\n');
  if (child.pid === undefined) process.exit(127);
});
child.on('exit', (code) => process.exit(code ?? 1));
let ending = false;
const end = () => {
  if (ending) return;
  ending = true;
  child.kill('SIGINT');
  setTimeout(() => child.kill('SIGQUIT'), 10000);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
for (const event of ['end', 'close', 'error']) process.stdin.on(event, end);
process.stdin.resume();
process.stdout.on('error', () => undefined);
process.stdout.write((child.pid ?? 0) + '\\n');
`;

/** Starts a command under a supervisor; resolves once the command has a process, or could not be given one. */
export async function supervise(command: Command): Promise<Supervised> {
  const cwd = parse(command.log).root;
  const child = spawn(
    process.execPath,
    ['--input-type=commonjs', '-e', SUPERVISOR, JSON.stringify({ ...command, cwd })],
    { cwd, detached: true, stdio: ['pipe', 'pipe', 'ignore'], env: environment(), windowsHide: true },
  );
  const supervised: Supervised = {
    pid: 0,
    supervisorPid: child.pid ?? 0,
    exitCode: undefined,
    exited: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.once('exit', (code) => {
        supervised.exitCode = code ?? 1;
        resolve(code ?? 1);
      });
    }),
    release() {
      child.unref();
      (child.stdin as Socket).unref();
      (child.stdout as Socket).unref();
    },
    close() {
      child.ref();
      child.stdin.destroy();
    },
  };
  child.stdin.on('error', () => undefined);
  child.stdout.on('error', () => undefined);
  const announced = new Promise<number>((resolve) => {
    let line = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      line += text;
      if (line.includes('\n')) resolve(Number(line.trim()));
    });
  });
  supervised.pid = await Promise.race([announced, supervised.exited.then(() => 0)]);
  return supervised;
}

/** Only what a server needs: the application's secrets and NODE_OPTIONS, PGDATA and the like are none of its business. */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR', 'SystemRoot', 'TEMP'];
  const entries = kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return { ...(Object.fromEntries(entries) as NodeJS.ProcessEnv), LC_ALL: 'C', TZ: 'UTC' };
}

/** Whether a process runs. One that has ended and that nobody collected (a zombie) does not. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const stat = procFile(pid, 'stat');
  return stat === undefined || !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

/** The command line of a process, where the system tells (Linux). */
export function commandLine(pid: number): string[] | undefined {
  return procFile(pid, 'cmdline')?.split('\0');
}

function procFile(pid: number, name: string): string | undefined {
  try {
    return process.platform === 'linux' ? readFileSync(`/proc/${pid}/${name}`, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
