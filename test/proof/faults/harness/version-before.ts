import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();

/** The sources as they were before the newest migration came. */
export interface VersionBefore {
  readonly commit: string;
  readonly folder: string;
  /** Names of the migrations that it does not know, oldest first. */
  readonly unknown: readonly string[];
  remove(): Promise<void>;
}

/** Why there is none; undefined where there is. */
export function lacksHistory(): Promise<string | undefined> {
  try {
    commitBefore();
    return Promise.resolve(undefined);
  } catch {
    return Promise.resolve('the sources of the version before come from git, and there is no such history here.');
  }
}

/** Takes them out of git, to a folder of their own with the packages of this version. */
export async function versionBefore(): Promise<VersionBefore> {
  const commit = commitBefore();
  const folder = await mkdtemp(join(tmpdir(), 'therapy-before-'));
  const packed = execFileSync('git', ['archive', commit], { maxBuffer: 2 ** 28, stdio: 'pipe' });
  execFileSync('tar', ['-x', '-C', folder], { input: packed });
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  const then = new Set(migrationsOf(commit));
  const unknown = migrationsOf('HEAD').filter((name) => !then.has(name));
  return { commit, folder, unknown, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Before the newest commit, or merge, that added migrations behind all that were there: those can be taken back again. */
function commitBefore(): string {
  const now = migrationsOf('HEAD');
  const added = git('log', '--first-parent', '-m', '--diff-filter=A', '--format=%H', '--', 'migrations').split('\n');
  const before = added.find((commit) => migrationsOf(`${commit}^1`).every((name, nth) => name === now[nth]));
  return git('rev-parse', '--short', `${before ?? ''}^1`);
}

function migrationsOf(commit: string): string[] {
  return git('ls-tree', '--name-only', commit, 'migrations/').split('\n');
}
