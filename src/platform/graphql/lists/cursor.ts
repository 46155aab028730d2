import { BadUserInput } from '../../../foundation/errors/domain-error.ts';

/** The sort key of a row, its unique part last. */
export type SortKey = readonly (string | number)[];

/** Characters of a name, of which a sort key has two at most; emails are longer, and come alone. */
const LONGEST_NAME = 200;
/** Of one character: U+FDFA, taken apart as a search key was before those were cut. JSON makes less of any other. */
const MOST_BYTES = 33;
const NAMES_AND_ID = 2 * (LONGEST_NAME * MOST_BYTES + '"",'.length) + '["01a22d7f-c7af-7190-bd26-e4708499ddfe"]'.length;

/** Characters of a cursor. No row of any list has a longer one. */
export const LONGEST_CURSOR = Math.ceil((NAMES_AND_ID * 4) / 3);

/** Opaque to clients. */
export function encodeCursor(key: SortKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** @throws BadUserInput not a cursor of this list */
export function decodeCursor(
  cursor: string,
  types: readonly ('string' | 'number' | 'date' | 'uuid')[],
): (string | number)[] {
  const key = parse(cursor);
  const fits =
    Array.isArray(key) &&
    key.length === types.length &&
    types.every((type, index) => FITS[type](key[index] as unknown));
  if (!fits) throw new BadUserInput({ after: 'must be a cursor of this list' });
  return key as (string | number)[];
}

const FITS = {
  string: (value: unknown) => typeof value === 'string' && !value.includes('\0'),
  number: (value: unknown) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  // as keyOf writes it: Date.parse alone takes February 30, and PostgreSQL has no year 0
  date: (value: unknown) =>
    typeof value === 'string' &&
    /^(?!0000)\d{4}-/.test(value) &&
    new Date(Date.parse(value) || 0).toISOString() === value,
  uuid: (value: unknown) => typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
};

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
