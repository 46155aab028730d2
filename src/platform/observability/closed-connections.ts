import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What is to be done when a connection closes, by connection. */
const waiting = new WeakMap<EventEmitter, Set<() => void>>();

/**
 * Does something when a connection closes, unless it is told before that it need not. Of several requests that a client has
 * sent one behind the other, Node tells only the first one's answer that the connection is gone.
 *
 * @returns tells that
 */
export function whenClosed(connection: EventEmitter, done: () => void): () => void {
  const all = waiting.get(connection) ?? listening(connection);
  all.add(done);
  return () => void all.delete(done);
}

/** Does something once: when a request is answered, or its connection closes before. */
export function whenOver({ socket }: IncomingMessage, answer: ServerResponse, done: () => void): void {
  const end = (): void => {
    forget();
    answer.off('close', end);
    done();
  };
  const forget = whenClosed(socket, end);
  answer.once('close', end);
}

/** One listener, however many requests come by the connection. */
function listening(connection: EventEmitter): Set<() => void> {
  const all = new Set<() => void>();
  waiting.set(connection, all);
  connection.once('close', () => {
    for (const done of all) done();
    all.clear();
  });
  return all;
}
