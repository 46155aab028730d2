import console from 'node:console';
import { join } from 'node:path';
import process from 'node:process';
import { bringUpToDate } from './part.mjs';
import { playground } from './playground.mjs';
import { server } from './server.mjs';

/** Brings dist/ up to date: `npm run build`, and before everything that runs what stands there. */
const root = join(import.meta.dirname, '..');
// with npm's own note of what it has installed: another branch's lockfile says nothing before `npm ci`
const tools = ['build', 'package.json', 'package-lock.json', 'node_modules/.package-lock.json'];
// whatever this start is for, a page is made for those who use it
process.env.NODE_ENV = 'production';
try {
  await Promise.all([server, playground].map((part) => bringUpToDate(root, part(root, tools))));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
