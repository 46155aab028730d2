import { readFile } from 'node:fs/promises';

/** Megabytes of a process that are in memory now. Linux tells them. @throws Error the process is gone */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
}
