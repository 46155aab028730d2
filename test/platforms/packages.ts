import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const CACHE = resolve('node_modules/.cache/platforms');

/** Fetches a package, with those that it depends on, into a folder of its own. @returns where its files are */
export async function fetched(name: string, version: string): Promise<string> {
  const folder = join(CACHE, `${name}@${version}`.replaceAll('/', '-'));
  await mkdir(folder, { recursive: true });
  // it is its scripts that put the binaries where they belong
  const manifest = { private: true, allowScripts: { [name]: true } };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest)}\n`);
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  npm('install', '--prefix', folder, '--no-save', ...quiet, `${name}@${version}`);
  return join(folder, 'node_modules', name);
}

/** The newest version of a major one, of a package all of whose versions are previews: npm takes none of those by itself. */
export function newestOf(name: string, major: number): string | undefined {
  const versions = JSON.parse(npm('view', name, 'versions', '--json')) as string[];
  return versions.findLast((version) => version.startsWith(`${major}.`));
}

function npm(...words: string[]): string {
  return execFileSync('npm', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
