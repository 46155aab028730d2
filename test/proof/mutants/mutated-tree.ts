import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Edit } from './mutant.ts';

/** What the tests need of the working tree. */
const PARTS = [
  'src',
  'migrations',
  'test',
  'package.json',
  'jest.config.js',
  'tsconfig.json',
  'ormconfig.ts',
  '.swcrc',
];
/** Roots of jest's that no proof needs. */
const EMPTY = ['web', 'bench'];

/** The mutant no longer applies: what it replaces is there no more, or more than once. */
export class DoesNotApply extends Error {}

/** A copy of the sources and tests in a folder of its own, in which one mutant after the other is made and unmade. */
export class MutatedTree {
  private constructor(readonly folder: string) {}

  static async make(): Promise<MutatedTree> {
    const folder = await mkdtemp(join(tmpdir(), 'therapy-mutants-'));
    for (const part of PARTS) await cp(part, join(folder, part), { recursive: true });
    for (const part of EMPTY) await mkdir(join(folder, part));
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
    return new MutatedTree(folder);
  }

  /** Does the work with the edits made, and takes them back. @throws DoesNotApply */
  async with<T>(edits: readonly Edit[], work: () => Promise<T>): Promise<T> {
    const originals = new Map<string, string>();
    try {
      for (const edit of edits) {
        const path = join(this.folder, edit.file);
        const text = await readFile(path, 'utf8');
        if (!originals.has(path)) originals.set(path, text);
        await writeFile(path, replaced(text, edit));
      }
      return await work();
    } finally {
      for (const [path, text] of originals) await writeFile(path, text);
    }
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** @throws DoesNotApply */
export function replaced(text: string, { file, find, replace }: Edit): string {
  const pattern = find
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('\\s+');
  const times = [...text.matchAll(new RegExp(pattern, 'g'))].length;
  if (times !== 1) throw new DoesNotApply(`${file} has ${times} times, not once: ${find}`);
  return text.replace(new RegExp(pattern), () => replace);
}
