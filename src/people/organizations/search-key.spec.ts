import { describe, expect, it } from '@jest/globals';
import { encodeCursor, LONGEST_CURSOR } from '../../platform/graphql/lists/cursor.ts';
import { searchKey } from './search-key.ts';

const bytesOf = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;
/** As keys were made before they were cut: rows of then are still there. */
const uncut = (text: string): string => Array.from(text, searchKey).join('');

/** All characters that a key holds in another form: of the others, each is its own 4 bytes at most. */
function* changed(): Generator<string> {
  for (let point = 0x20; point <= 0x10ffff; point++) {
    const character = String.fromCodePoint(point);
    if (character.normalize('NFKD').toLowerCase() !== character) yield character;
  }
}

describe('given the key by which lists sort and search', () => {
  it.each([
    ['  José   NÚÑEZ ', 'jose nunez'],
    ['ﬁne', 'fine'],
    ['한글', '한글'.normalize('NFD')],
  ])('when it is made of %j, then it is %j', (text, key) => {
    expect(searchKey(text)).toBe(key);
  });

  it.each(['각', 'ﷺ', '😀', 'x'])(
    'when it is made of 200 times %j, then it has at most 200 characters',
    (character) => {
      const key = searchKey(character.repeat(200));
      expect(Array.from(key)).toHaveLength(200);
      // PostgreSQL refuses a row of an index of more than 2,704 bytes: two keys, two ids and what is around them
      expect(2 * bytesOf(key)).toBeLessThan(2_600);
    },
  );

  it('when the longest names of any character are sorted by, then the cursor is within its bound, and not far from it', () => {
    let longest = 'x';
    for (const character of changed())
      if (bytesOf(searchKey(character)) > bytesOf(searchKey(longest))) longest = character;
    const name = uncut(longest.repeat(200));
    const cursor = encodeCursor([name, name, '01a22d7f-c7af-7190-bd26-e4708499ddfe']);
    expect(cursor.length).toBeLessThanOrEqual(LONGEST_CURSOR);
    expect(cursor.length).toBeGreaterThan(LONGEST_CURSOR - 10);
  });
});
