/** The order of keys, which asks no locale: that of their code units. */
export function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Behind every text that begins with a prefix: no text goes on with the last code point of all. */
const BEYOND = '\u{10FFFF}';

/** What lists sort and search by: the text in lower case, without accents, with single spaces. */
export function searchKey(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();
}

/**
 * The keys that begin with this one, as `>= from AND < to` under the collation "C". Not LIKE: it is not leakproof, so
 * that row-level security would have every row of the tenant read instead of an index.
 */
export function prefixRange(prefix: string): { from: string; to: string } {
  return { from: prefix, to: prefix + BEYOND };
}
