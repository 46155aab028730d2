import { createHash } from 'node:crypto';
import { ObservedClient } from './observed-client.ts';

/** PostgreSQL keeps each named statement until the connection ends, so their number is bounded. */
const MOST_STATEMENTS = 500;

/**
 * A pg client that names every statement with parameters, so that PostgreSQL parses and plans it once a connection:
 * half the server's CPU of a booking. TypeORM cannot name statements, hence here, below it.
 */
export class NamedStatementsClient extends ObservedClient {
  private readonly names = new Map<string, string>();

  // pg's query() has eight overloads; the one TypeORM uses is (text, values)
  override query(...args: unknown[]): never {
    const [text, values] = args;
    const named = typeof text === 'string' && Array.isArray(values) && values.length > 0 && this.nameOf(text);
    return named ? super.query({ name: named, text, values }, ...args.slice(2)) : super.query(...args);
  }

  private nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known || this.names.size >= MOST_STATEMENTS) return known;
    const name = createHash('sha1').update(text).digest('base64url');
    this.names.set(text, name);
    return name;
  }
}
