import { register } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { transformFile } from '@swc/core';

/**
 * `node --import ./test/support/from-sources.mjs src/app/main.ts` runs the sources, compiled by swc as jest does: for tests
 * that need whole processes. No build comes before them, so none can be stale.
 */
if (isMainThread) {
  // Node.js 26 calls this one deprecated, and 20 has no other
  process.noDeprecation = true;
  register(import.meta.url);
  process.noDeprecation = false;
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const { code } = await transformFile(fileURLToPath(url));
  return { format: 'module', source: code, shortCircuit: true };
}
