import type { ObjectLiteral } from 'typeorm';
import type { RowQuery } from '../../platform/database/rows/row-query.ts';
import { prefixRange, searchKey } from './search-key.ts';

/** A row that is found by its names. */
export interface NamedRow extends ObjectLiteral {
  firstNameKey: string;
  lastNameKey: string;
}

/** Keys of one row that must begin with these texts, all of them. */
type Alternative = Readonly<Record<string, string>>;

/**
 * Narrows a query over `row` to the start of a first or last name, or of another key of the row. Several words are also
 * tried as first and last name, in either order. Each alternative is a range that an index holds.
 */
export function narrowBySearch<Row extends NamedRow>(
  query: RowQuery<Row>,
  search: string | null | undefined,
  otherKeys: readonly (keyof Row & string)[] = [],
): RowQuery<Row> {
  const alternatives = alternativesOf(searchKey(search ?? ''), otherKeys);
  if (!alternatives.length) return query;
  const parameters: Record<string, string> = {};
  const conditions = alternatives.map((alternative, index) => {
    const ranges = Object.entries(alternative).map(([column, prefix]) => {
      const name = `search${index}${column}`;
      const { from, to } = prefixRange(prefix);
      Object.assign(parameters, { [`${name}From`]: from, [`${name}To`]: to });
      return `row.${column} >= :${name}From AND row.${column} < :${name}To`;
    });
    return `(${ranges.join(' AND ')})`;
  });
  return query.andWhere(`(${conditions.join(' OR ')})`, parameters);
}

function alternativesOf(key: string, otherKeys: readonly string[]): Alternative[] {
  if (!key) return [];
  const whole = ['lastNameKey', 'firstNameKey', ...otherKeys].map((column) => ({ [column]: key }));
  // after the first space and before the last, for "Jan van der Berg" and "Mary Ann Smith"
  const cuts = new Set([key.indexOf(' '), key.lastIndexOf(' ')].filter((at) => at > 0));
  const inTwo = [...cuts].flatMap((at) => {
    const [former, latter] = [key.slice(0, at), key.slice(at + 1)];
    return [
      { firstNameKey: former, lastNameKey: latter },
      { lastNameKey: former, firstNameKey: latter },
    ];
  });
  return [...whole, ...inTwo];
}
