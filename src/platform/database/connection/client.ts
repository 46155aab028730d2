import pg from 'pg';
import { endsConnection, sqlStateOf } from './sql-errors.ts';

/** A connection that is gone, and not by us. */
export interface Loss {
  /** SQLSTATE, or Node's code: 57P01 is an administrator, ECONNRESET the network. */
  readonly sqlState: string;
  /** The process of PostgreSQL, by which its own log names the connection. */
  readonly backend: number | null;
  readonly host: string;
}

/** What node-pg has and its types do not tell. */
interface Untold {
  readonly processID: number | null;
  readonly connection: { on(event: 'errorMessage', listener: (error: Error) => void): void };
}

/**
 * What every connection to PostgreSQL is made of (see SettledClient), in pools and by itself. An 'error' that nobody listens to ends the
 * process, and between a pool, which listens to those that are idle, and TypeORM, which listens to those in use, there are
 * moments when neither does. So a client listens itself, from its construction on and for all its life. Whoever waits for
 * an answer is told of the loss in its place.
 */
export class Client extends pg.Client {
  private isOpen = false;

  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const lose = (error: Error): void => {
      // one that never was a connection is told to whoever asked for it, and of one that is lost there is no more to tell
      if (!this.isOpen) return;
      this.isOpen = false;
      const { processID: backend } = this as unknown as Untold;
      this.lost?.({ sqlState: sqlStateOf(error) ?? 'unknown', backend, host: `${this.host}:${this.port}` });
    };
    this.once('connect', () => (this.isOpen = true));
    this.on('error', lose);
    // why it ends comes before the end; where a statement runs, as its answer, and no 'error' follows once we hang up, too
    (this as unknown as Untold).connection.on('errorMessage', (error) => {
      if (endsConnection(error)) lose(error);
    });
  }

  /** Hears once that the connection is gone, before those who wait for an answer do. By itself, a client has nobody else. */
  protected lost?(loss: Loss): void;
}
