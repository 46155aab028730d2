import { ObservedClient } from './observed-client.ts';

/**
 * A pg client that names every statement with parameters, so that PostgreSQL parses and plans it once a connection:
 * half the server's CPU of a booking. TypeORM cannot name statements, hence here, below it.
 */
export class NamedStatementsClient extends ObservedClient {
  protected override readonly namesStatements = true;
}
