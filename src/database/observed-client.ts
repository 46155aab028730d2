import pg from 'pg';
import { lockWaits } from '../observability/metrics.ts';

/** Texts with parameters, which are few; with the table whose rows they lock, if they do. */
const MOST_STATEMENTS = 1_000;
const lockedTables = new Map<string, string | undefined>();

/** A pg client that measures how long statements that lock rows take: their wait is what bookings wait for each other. */
export class ObservedClient extends pg.Client {
  // pg's query() has eight overloads; the ones that are used are (text, values?) and ({ name, text, values })
  override query(...args: unknown[]): never {
    const result: unknown = super.query(...(args as [string]));
    const [what, values] = args as [string | { text?: string; values?: unknown }, unknown];
    const text = typeof what === 'string' ? values && what : what.values && what.text;
    const table = typeof text === 'string' ? lockedTableOf(text) : undefined;
    if (table && result instanceof Promise) {
      const begun = performance.now();
      const observe = (): void => lockWaits.observe(table, performance.now() - begun);
      result.then(observe, observe);
    }
    return result as never;
  }
}

function lockedTableOf(text: string): string | undefined {
  if (lockedTables.has(text)) return lockedTables.get(text);
  const table = /\bFOR (NO KEY )?UPDATE\b/.test(text) ? /\bFROM "?(\w+)/.exec(text)?.[1] : undefined;
  if (lockedTables.size < MOST_STATEMENTS) lockedTables.set(text, table);
  return table;
}
