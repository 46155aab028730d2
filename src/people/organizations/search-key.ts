/** Behind every text that begins with a prefix: no text goes on with the last code point of all. */
const BEYOND = '\u{10FFFF}';

/** Characters of a key. Two of them and an id fit into a row of an index, however little they can be compressed. */
const LONGEST_KEY = 200;

/**
 * What lists sort and search by: the text in lower case, without accents, with single spaces. It may be longer than the text,
 * since letters are taken apart (a Hangul syllable into two or three), and is then cut.
 */
export function searchKey(text: string): string {
  const key = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();
  return key.length > LONGEST_KEY ? Array.from(key).slice(0, LONGEST_KEY).join('') : key;
}

/**
 * The keys that begin with this one, as `>= from AND < to` under the collation "C". Not LIKE: it is not leakproof, so
 * that row-level security would have every row of the tenant read instead of an index.
 */
export function prefixRange(prefix: string): { from: string; to: string } {
  return { from: prefix, to: prefix + BEYOND };
}
