import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Builds the playground into dist/playground, unless what it is made from is still the same: every start comes by here,
 * and only the first one waits for Vite.
 */
const root = join(import.meta.dirname, '..');
const page = join(root, 'dist/playground/index.html');
const stamp = join(root, 'dist/playground/.made-from');

function madeFrom() {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'web'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of [...sources, join(root, 'package-lock.json')]) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

const current = madeFrom();
if (!existsSync(page) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== current) {
  const { build } = await import('vite');
  await build({ configFile: join(root, 'web/playground/vite.config.mjs') });
  // last: a build that was interrupted is made again
  writeFileSync(stamp, current);
}
