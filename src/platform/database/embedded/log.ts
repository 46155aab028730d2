import { readFile, stat } from 'node:fs/promises';
import { diskFull } from '../../config/data-folder-fault.ts';
import type { Paths } from './data-folder.ts';

/** How long the log is now: what is written after it belongs to the start that follows. */
export async function logSize(paths: Paths): Promise<number> {
  return (await stat(paths.log).catch(() => undefined))?.size ?? 0;
}

/** The last lines that were written since, for an error message. */
export async function logTail(paths: Paths, from: number): Promise<string> {
  const text = (await readFile(paths.log).catch(() => Buffer.alloc(0))).subarray(from).toString('utf8');
  return text.trim().split('\n').slice(-20).join('\n');
}

/** Why a program of PostgreSQL stopped, in its own last words. */
export function stopped({ folder }: Paths, what: string, words: string): Error {
  const noRoom = /(No space left on device|Disk quota exceeded|Check free disk space)/.exec(words);
  return noRoom ? diskFull(folder, noRoom[0]) : new Error(`${what}:\n${words}`);
}
