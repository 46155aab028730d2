import { context, SpanKind, trace, type Span } from '@opentelemetry/api';
import pg from 'pg';
import { lockWaits } from '../observability/metrics.ts';
import { isTracing, markFailed } from '../observability/tracing.ts';

/** Texts with parameters, which are few; with the table whose rows they lock, if they do. */
const MOST_STATEMENTS = 1_000;
const lockedTables = new Map<string, string | undefined>();

/**
 * A pg client that measures how long statements that lock rows take (their wait is what bookings wait for each other), and
 * makes a span of every statement where that is asked for.
 */
export class ObservedClient extends pg.Client {
  // pg's query() has eight overloads; the ones that are used are (text, values?) and ({ name, text, values })
  override query(...args: unknown[]): never {
    const [what, given] = args as [string | { text?: string; values?: unknown }, unknown];
    const { text, values } = typeof what === 'string' ? { text: what, values: given } : what;
    if (typeof text !== 'string') return super.query(...(args as [string])) as never;
    const table = values ? lockedTableOf(text) : undefined;
    const span = isTracing() ? spanOf(text) : undefined;
    const begun = table ? performance.now() : 0;
    const result: unknown = super.query(...(args as [string]));
    if ((table || span) && result instanceof Promise) {
      const observe = (error?: unknown): void => {
        if (table) lockWaits.observe(table, performance.now() - begun);
        if (span && error) markFailed(span, error);
        span?.end();
      };
      result.then(() => observe(), observe);
    }
    return result as never;
  }
}

function lockedTableOf(text: string): string | undefined {
  if (lockedTables.has(text)) return lockedTables.get(text);
  const table = /\bFOR (NO KEY )?UPDATE\b/.test(text) ? tableOf(text) : undefined;
  if (lockedTables.size < MOST_STATEMENTS) lockedTables.set(text, table);
  return table;
}

/** Below the span that runs; the text is without its values, those that BEGIN has in it included. */
function spanOf(text: string): Span | undefined {
  if (!trace.getActiveSpan()) return undefined;
  const operation = /\w+/.exec(text)?.[0].toUpperCase() ?? 'SQL';
  const attributes = {
    'db.system.name': 'postgresql',
    'db.operation.name': operation,
    'db.query.text': text.replace(/'(?:[^']|'')*'/g, '?'),
  };
  const name = [operation, tableOf(text)].join(' ').trim();
  return trace.getTracer('therapy-units').startSpan(name, { kind: SpanKind.CLIENT, attributes }, context.active());
}

function tableOf(text: string): string | undefined {
  return /\b(?:FROM|INTO|UPDATE) "?([a-z_]+)/.exec(text)?.[1];
}
