import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { parseStat, type ProcessTimes } from './proc-stat.ts';

/** Clock ticks a second, in which Linux counts. */
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU seconds since each began: of processes of the API, and of PostgreSQL with all its children, the ended ones too. */
export interface Cpu {
  readonly api: number;
  readonly postgres: number;
}

export function cpuOf(apiPids: readonly number[], postmaster: number): Cpu {
  const processes = readAll();
  const main = processes.get(postmaster);
  if (!main) throw new Error('PostgreSQL has ended.');
  let postgres = main.own + main.ended;
  for (const { parent, own, ended } of processes.values()) if (parent === postmaster) postgres += own + ended;
  const api = apiPids.reduce((sum, pid) => sum + (processes.get(pid)?.own ?? Number.NaN), 0);
  return { api: api / TICKS, postgres: postgres / TICKS };
}

export function spent(before: Cpu, after: Cpu): Cpu {
  return { api: after.api - before.api, postgres: after.postgres - before.postgres };
}

/** Bytes of memory that a process holds in RAM. */
export function residentOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

function readAll(): Map<number, ProcessTimes> {
  const found = new Map<number, ProcessTimes>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      found.set(Number(name), parseStat(readFileSync(`/proc/${name}/stat`, 'utf8')));
    } catch {
      // it has ended meanwhile
    }
  }
  return found;
}
