import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, readdir, realpath } from 'node:fs/promises';
import { rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { dataFolderFault } from '../../config/data-folder-fault.ts';
import { isAlive } from './supervisor.ts';
import type { Account } from './supervisor.ts';

export interface Paths {
  folder: string;
  /** Appears by a rename, so whatever carries this name is a complete cluster. */
  cluster: string;
  password: string;
  log: string;
  /** Which node process and which supervisor stand behind the server that runs. */
  owner: string;
}

export const STAGING = 'postgres.init-';
/** Tells our own staging folders from those of an earlier process with the same pid (in a container it always has the same). */
export const RUN = randomBytes(4).toString('hex');

export async function openDataFolder(dataDir: string): Promise<Paths> {
  let folder = resolve(dataDir);
  try {
    const created = await mkdir(folder, { recursive: true });
    // PostgreSQL, under another account, has to pass through what we make; a strict umask would forbid it.
    if (created !== undefined && process.getuid?.() === 0) {
      for (let path = folder; path.length >= created.length; path = dirname(path)) await openToPass(path);
    }
    folder = await realpath(folder);
  } catch (error) {
    throw dataFolderFault(folder, error);
  }
  const at = (name: string): string => join(folder, name);
  return {
    folder,
    cluster: at('postgres'),
    password: at('postgres.password'),
    log: at('postgres.log'),
    owner: at('postgres.owner'),
  };
}

/** PostgreSQL refuses to run as root. An existing cluster runs under the account that owns it, as PostgreSQL demands. */
export function accountFor(paths: Paths): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = existsSync(paths.cluster) ? statSync(paths.cluster) : undefined;
  if (owner && owner.uid !== 0) return { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string): number => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString());
      return { name, uid: id('-u'), gid: id('-g') };
    } catch {
      // No such account: try the next.
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is no account "postgres" or "nobody" to run it under.');
}

/** Lets the account through to the data folder; says which folder bars the way when that is not ours to open. */
export async function admit(paths: Paths, account: Account | undefined): Promise<void> {
  if (!account) return;
  const ours = (await stat(paths.folder)).uid === 0 && paths.folder !== homedir();
  if (!passes(paths.folder, account) && ours) await openToPass(paths.folder);
  if (!passes(paths.folder, account)) {
    const way = [paths.folder];
    for (let path = paths.folder; path !== dirname(path); path = dirname(path)) way.unshift(dirname(path));
    const barrier = way.find((path) => !passes(path, account)) ?? paths.folder;
    throw new Error(
      `PostgreSQL runs under the account "${account.name}", because this process is root, and the folder ${barrier} is ` +
        `closed to it: set DATA_DIR to a place that account can reach, or run this as an ordinary user.`,
    );
  }
  if (existsSync(paths.cluster) && statSync(paths.cluster).uid !== account.uid) {
    execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, paths.cluster], { stdio: 'pipe' });
  }
}

async function openToPass(folder: string): Promise<void> {
  await chmod(folder, ((await stat(folder)).mode & 0o7777) | 0o001);
}

function passes(folder: string, { uid, gid }: Account): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', folder], { uid, gid, cwd: '/' }).status === 0;
}

/** Removes what an interrupted first start left: staging folders of processes that are no more. */
export async function removeAbandoned(paths: Paths): Promise<void> {
  for (const name of await readdir(paths.folder)) {
    const [pid, run] = name.startsWith(STAGING) ? name.slice(STAGING.length).split('-') : [];
    if (pid === undefined || (Number(pid) === process.pid ? run === RUN : isAlive(Number(pid)))) continue;
    // Its initdb may just be ending and still write.
    await rm(join(paths.folder, name), { recursive: true, force: true, maxRetries: 20 }).catch(() => undefined);
  }
}

export function ignore(...codes: string[]): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error;
  };
}
