import { createHash } from 'node:crypto';
import { context, SpanKind, trace, type Span } from '@opentelemetry/api';
import pg from 'pg';
import { lockWaits } from '../../observability/metrics.ts';
import { isTracing, markFailed } from '../../observability/tracing.ts';
import type { Loss } from './client.ts';
import { lostConnections } from './lost-connections.ts';
import { underOneSync, type Connection } from './one-sync.ts';
import { SettledClient } from './settled-client.ts';

/** A statement with parameters. */
export interface Statement {
  readonly name: string;
  /** The table whose rows it locks, if it does. */
  readonly locks: string | undefined;
}

/** PostgreSQL keeps each named statement until the connection ends, so their number is bounded. */
const MOST_STATEMENTS = 500;
const statements = new Map<string, Statement>();

/**
 * A pg client that measures how long statements that lock rows take (their wait is what bookings wait for each other), and
 * makes a span of every statement where that is asked for; and tells when its connection is lost.
 */
export class ObservedClient extends SettledClient {
  /** Whether PostgreSQL is to keep statements by name. */
  protected readonly namesStatements: boolean = false;
  private gathers = false;
  /** Statements that have no answer yet. */
  private asked = 0;

  // pg's query() has eight overloads; the ones that are used are (text) and (text, values)
  override query(...args: unknown[]): never {
    if (!this.gathers) {
      this.gathers = true;
      underOneSync((this as unknown as { connection: Connection }).connection);
    }
    const [text, values, ...more] = args;
    if (typeof text !== 'string') return super.query(...(args as [string])) as never;
    const statement = Array.isArray(values) ? statementOf(text) : undefined;
    const locks = statement?.locks;
    const span = isTracing() ? spanOf(text) : undefined;
    const begun = locks ? performance.now() : 0;
    if (more.length || typeof values === 'function') return super.query(...(args as [string])) as never;
    const result = this.answered(text, values as unknown[] | undefined, statement);
    if (locks || span) {
      const observe = (error?: unknown): void => {
        if (locks) lockWaits.observe(locks, performance.now() - begun);
        if (span && error) markFailed(span, error);
        span?.end();
      };
      result.then(() => observe(), observe);
    }
    return result as never;
  }

  /**
   * In place of pg's own promise, of which V8 gave up the rows in a full collection alone, and three of four of those that a
   * reading of weeks caused were for them.
   */
  private answered(text: string, values: unknown[] | undefined, statement?: Statement): Promise<pg.QueryResult> {
    return new Promise((resolve, reject) => {
      this.asked += 1;
      const query = new pg.Query(text, values, (error?: Error | null, result?: unknown) => {
        this.asked -= 1;
        if (error) reject(error);
        else resolve(result as pg.QueryResult);
      });
      // values or none, never as a simple query, which would be outside the one Sync
      if (values)
        Object.assign(query, { name: this.namesStatements ? statement?.name : undefined, queryMode: 'extended' });
      super.query(query);
    });
  }

  protected override lost(loss: Loss): void {
    const idle = this.asked === 0 && this.getTransactionStatus() === 'I';
    lostConnections.add({ ...loss, idle });
  }
}

function statementOf(text: string): Statement | undefined {
  const known = statements.get(text);
  if (known || statements.size >= MOST_STATEMENTS) return known;
  const statement = {
    name: createHash('sha1').update(text).digest('base64url'),
    locks: /\bFOR (NO KEY )?UPDATE\b/.test(text) ? tableOf(text) : undefined,
  };
  statements.set(text, statement);
  return statement;
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
