import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { applicationSettings, type Settings } from '../../src/platform/database/connection/settings.ts';
import { parseProcessed, parseProgress, type Progress } from './pgbench-output.ts';

export interface FloorRun {
  /** Name of a script in bench/floors. */
  readonly script: string;
  readonly url: string;
  readonly clients: number;
  readonly seconds: number;
  readonly variables: Readonly<Record<string, string | number>>;
  /** Called when the measured part begins and when it ends. */
  readonly onWindow: () => void;
}

export interface FloorResult {
  /** Transactions in the window, and how long it was. */
  readonly operations: number;
  readonly seconds: number;
  /** Mean, in milliseconds. */
  readonly latency: number;
  /** Transactions from the very start to the end. */
  readonly processed: number;
}

const PROGRAM = process.env.PGBENCH ?? 'pgbench';

export const NO_PGBENCH = `pgbench is not installed, so there is no floor to compare with: absolute figures alone.
Debian and Ubuntu have it in postgresql-contrib (apt-get install postgresql-contrib); PGBENCH names one elsewhere.`;

export function hasPgbench(): boolean {
  return spawnSync(PROGRAM, ['--version']).status === 0;
}

/**
 * Drives the floor as the application's own lesser role, each statement prepared once a connection. The first second is for
 * connecting and preparing, and does not count; nor does the last, in which connections end and take with them what /proc
 * tells of their CPU.
 */
export async function runPgbench({
  script,
  url,
  clients,
  seconds,
  variables,
  onWindow,
}: FloorRun): Promise<FloorResult> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const given = Object.entries({ ...variables, clients, n: -1 }).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  const load = ['-n', '-M', 'prepared', '-c', clients, '-j', Math.min(2, clients), '-T', seconds + 2, '-P', 1].map(
    String,
  );
  const child = spawn(PROGRAM, [...load, ...given, '-f', `bench/floors/${script}.sql`, pathname.slice(1)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: username,
      PGPASSWORD: password,
      PGOPTIONS: optionsOf(applicationSettings('session')),
    },
  });
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  let output = '';
  const seen: Progress[] = [];
  const read = async (stream: NodeJS.ReadableStream): Promise<void> => {
    for await (const line of createInterface(stream)) {
      const progress = parseProgress(line);
      if (!progress) output += `${line}\n`;
      else if (seen.push(progress) === 1 || seen.length === seconds + 1) onWindow();
    }
  };
  await Promise.all([read(child.stdout), read(child.stderr)]);
  if ((await ended) !== 0) throw new Error(`pgbench failed in ${script}:\n${output}`);
  return { ...windowOf(seen, seconds), processed: parseProcessed(output) };
}

/** Settings as libpq reads them. */
function optionsOf(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
    .join(' ');
}

function windowOf(seen: readonly Progress[], seconds: number): Omit<FloorResult, 'processed'> {
  const [first, ...window] = seen.slice(0, seconds + 1);
  if (!first || window.length !== seconds)
    throw new Error(`pgbench told of ${seen.length} seconds, not ${seconds + 1}.`);
  let before = first.seconds;
  let operations = 0;
  let waited = 0;
  for (const { seconds: now, perSecond, latency } of window) {
    const count = perSecond * (now - before);
    operations += count;
    waited += count * latency;
    before = now;
  }
  return { operations, seconds: before - first.seconds, latency: waited / operations };
}
