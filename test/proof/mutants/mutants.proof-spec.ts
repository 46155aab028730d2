import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { MUTANTS } from './all-mutants.ts';
import { DoesNotApply, replaced } from './mutated-tree.ts';

describe('given the sources as they are', () => {
  it.each(MUTANTS)(
    'when one is made ($name), then its text is there once, and its proofs are there',
    async (mutant) => {
      for (const edit of mutant.edits) {
        const text = await readFile(edit.file, 'utf8');
        expect(replaced(text, edit)).not.toBe(text);
      }
      for (const { file } of mutant.proofs) expect([file, existsSync(file)]).toEqual([file, true]);
    },
  );
});

describe('given an edit of a text', () => {
  const edit = { file: 'a.ts', find: 'if (a) return;', replace: '$&' };

  it('when the text is there in other lines, then it is replaced as it is', () => {
    expect(replaced('one; if (a)\n  return; two', edit)).toBe('one; $& two');
  });

  it.each(['', 'if (b) return;', 'if (a) return; if (a) return;'])(
    'when it is in %j, then it does not apply',
    (text) => {
      expect(() => replaced(text, edit)).toThrow(DoesNotApply);
    },
  );
});
