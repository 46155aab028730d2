import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** The part of node-pg's connection that is used here. */
export interface Connection extends EventEmitter {
  readonly stream: Socket;
  /** Sends Sync, which ends an extended query: PostgreSQL answers ReadyForQuery and empties its buffer. */
  sync(): void;
  /** Sends a simple query, which ends with ReadyForQuery by itself. */
  query(text: string): void;
  /** Sends a message as it is. */
  _send(message: Buffer): void;
}

/** Queries between two Syncs: PostgreSQL answers all of them in one go, and after an error none of the rest. */
interface Segment {
  queries: number;
  answered: number;
}

/**
 * Sends what is asked in one turn of the event loop in one packet and under one Sync, so that its answers come in one
 * packet, too: node-pg's pipeline sends and reads a packet for each. A booking's 10 statements make 2 round trips of a
 * write and a read each.
 *
 * To node-pg it looks as before: a query that is not the last of its segment is told ReadyForQuery when it has completed,
 * and those that PostgreSQL passes over after an error are told that error.
 */
export function underOneSync(connection: Connection): void {
  const segments: Segment[] = [];
  let open: Segment | undefined;
  let telling = false;
  let messages: Buffer[] = [];
  const sync = connection.sync.bind(connection);
  const query = connection.query.bind(connection);

  const close = (): void => {
    if (!open) return;
    open = undefined;
    sync();
  };
  connection._send = (message) => {
    if (!messages.length) process.nextTick(sendAll);
    messages.push(message);
  };
  const sendAll = (): void => {
    close();
    const packet = Buffer.concat(messages);
    messages = [];
    if (connection.stream.writable) connection.stream.write(packet);
  };
  const tell = (event: string, message: unknown): void => {
    telling = true;
    connection.emit(event, message);
    telling = false;
  };

  connection.sync = () => {
    if (!open) segments.push((open = { queries: 0, answered: 0 }));
    open.queries += 1;
  };
  connection.query = (text) => {
    close(); // PostgreSQL would pass over a simple query, too, after an error of one before it
    segments.push({ queries: 1, answered: 0 });
    query(text);
  };

  const completed = (): void => {
    const [segment] = segments;
    if (!segment || segment.answered + 1 >= segment.queries) return;
    segment.answered += 1;
    tell('readyForQuery', { name: 'readyForQuery', status: 'T' });
  };
  connection.on('commandComplete', completed);
  connection.on('emptyQuery', completed);
  connection.on('closeComplete', completed); // of a query whose values node-pg could not write
  connection.on('errorMessage', (error) => {
    const [segment] = segments;
    if (telling || !segment) return;
    for (; segment.answered + 1 < segment.queries; segment.answered += 1) {
      tell('readyForQuery', { name: 'readyForQuery', status: 'E' });
      tell('errorMessage', error);
    }
  });
  connection.on('readyForQuery', () => {
    if (!telling) segments.shift();
  });
}
