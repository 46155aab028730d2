import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import process from 'node:process';

/**
 * A part of dist/ that is made at once. Paths are relative to the project's folder, with slashes.
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {string[]} sources the files and folders that it is made from; one that is missing is a source, too
 * @property {string[]} outputs the files and folders of dist/ that are its own, and nobody else's
 * @property {() => Promise<Map<string, string | Uint8Array>>} make every file of the outputs with its content
 */

/**
 * Makes the part, unless it stands there and is what its sources make. Both are told by content: neither a clock that jumps,
 * a switched branch nor a file that somebody deleted from dist/ is missed.
 *
 * @param {string} root the project's folder
 * @param {Part} part
 * @returns {Promise<boolean>} whether it had to be made
 */
export async function bringUpToDate(root, part) {
  const sources = fingerprint(readAll(root, part.sources));
  if (stampOf(root, part) === stamp(sources, readAll(root, part.outputs))) return false;
  const made = await part.make();
  // somebody saved a file meanwhile: which of the two was compiled, nobody knows
  if (fingerprint(readAll(root, part.sources)) !== sources) return bringUpToDate(root, part);
  publish(root, part, made, stamp(sources, made));
  return true;
}

/**
 * The stamp comes last, and tells of every output: what an interrupted build leaves is told by none. Each file appears whole,
 * for a start that has just built the same and is loading it.
 */
function publish(root, part, made, newStamp) {
  for (const [path, content] of made) replace(root, join(root, path), content);
  for (const path of readAll(root, part.outputs).keys()) if (!made.has(path)) rmSync(join(root, path), { force: true });
  replace(root, stampFile(root, part), newStamp);
}

function replace(root, file, content) {
  const bytes = Buffer.from(content);
  if (read(file)?.equals(bytes)) return;
  const draft = join(root, 'dist', `.draft-${process.pid}`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(draft, bytes);
  renameSync(draft, file);
}

/** What the part was made from, and what became of it. */
function stamp(sources, outputs) {
  return `${sources} ${fingerprint(outputs)}`;
}

function stampFile(root, { name }) {
  return join(root, 'dist', `.${name}-made-from`);
}

function stampOf(root, part) {
  return read(stampFile(root, part))?.toString();
}

/** One hash of paths and contents, in the order of the paths. */
function fingerprint(files) {
  const hash = createHash('sha256');
  for (const path of [...files.keys()].sort()) {
    const bytes = Buffer.from(files.get(path));
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** The files among these paths and in their folders. */
export function readAll(root, paths) {
  const files = paths.flatMap((path) => filesIn(join(root, path)));
  return new Map(files.map((file) => [relative(root, file).split(sep).join('/'), readFileSync(file)]));
}

function filesIn(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found ? [path] : [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function read(file) {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
}
