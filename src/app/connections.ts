import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { Environment } from '../platform/config/environment.ts';
import { clientsCut } from '../platform/observability/counters.ts';
import { gauge } from '../platform/observability/metrics.ts';
import { networkOf } from '../rules/rate-limits/address.ts';
import type { IsTrusted } from './client-address.ts';

/** How long a connection may keep us waiting, in milliseconds. */
export interface Patience {
  /** From its first byte, or from its opening, to the end of the headers. */
  readonly headers: number;
  /** From the first byte of a request to its last. */
  readonly request: number;
  /** How often a reader that has not taken all is looked at; cut is who has taken nothing at three looks in a row. */
  readonly look: number;
  /** How often Node looks whether headers and requests are late: of itself twice a minute. */
  readonly check: number;
}

export const PATIENCE: Patience = { headers: 10_000, request: 30_000, look: 10_000, check: 1_000 };
const LOOKS = 3;
/** Requests of one connection that wait for their answers. Clients and proxies send one and wait; Node would begin them all at once. */
const MOST_WAITING = 8;
const TELL_EVERY_MS = 60_000;

type Bounds = Pick<Environment, 'MAX_CONNECTIONS' | 'MAX_CONNECTIONS_PER_ADDRESS'>;

/**
 * Who may be connected, and for how long without taking part: a connection costs memory and a file, and nobody has to prove
 * anything to open one. What is refused is closed at once, and counted; there is no request yet that could be answered.
 */
export class Connections {
  private readonly log = new Logger(Connections.name);
  private readonly byNetwork = new Map<string, number>();
  /** Requests of a connection that have no whole answer yet. */
  private readonly busy = new WeakMap<Socket, number>();
  private readonly standing = new WeakMap<Socket, { looks: number; at: number }>();
  private open = 0;
  private toldAt = -Infinity;

  constructor(
    server: Server,
    private readonly bounds: Bounds,
    private readonly isTrusted: IsTrusted,
    private readonly patience = PATIENCE,
  ) {
    server.maxConnections = bounds.MAX_CONNECTIONS;
    server.on('drop', () => {
      this.refuse('all');
      // who has nothing to ask at the moment makes room, and comes again when there is something
      server.closeIdleConnections();
    });
    server.prependListener('connection', (socket: Socket) => this.admit(socket));
    server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      const waiting = this.busy.get(socket) ?? 0;
      this.busy.set(socket, waiting + 1);
      response.once('close', () => this.busy.set(socket, (this.busy.get(socket) ?? 1) - 1));
      if (waiting === MOST_WAITING) this.cut(socket, 'pipelining');
    });
    server.setTimeout(patience.look);
    server.on('timeout', (socket: Socket) => this.look(socket));
    gauge('therapy_client_connections', 'Connections of clients and proxies', () => this.open);
  }

  private admit(socket: Socket): void {
    this.open += 1;
    socket.once('close', () => (this.open -= 1));
    const most = this.bounds.MAX_CONNECTIONS_PER_ADDRESS;
    // a proxy of ours is as many clients as it has
    if (most === 0 || this.isTrusted(socket.remoteAddress)) return;
    const network = networkOf(socket.remoteAddress);
    const before = this.byNetwork.get(network) ?? 0;
    if (before >= most) {
      socket.destroy();
      this.refuse('address');
      return;
    }
    this.byNetwork.set(network, before + 1);
    socket.once('close', () => {
      const left = (this.byNetwork.get(network) ?? 1) - 1;
      if (left) this.byNetwork.set(network, left);
      else this.byNetwork.delete(network);
    });
  }

  /** Nothing has moved on it since the last look: Node asks how much of an answer is still to be taken, and calls us where it is as much. */
  private look(socket: Socket): void {
    const requests = this.busy.get(socket);
    if (requests === 0) {
      socket.destroy(); // between two requests: as Node would without us
      return;
    }
    socket.setTimeout(this.patience.look);
    // we are still at the answer, or its request is still coming, which has a time-out of its own
    if (requests === undefined || socket.writableLength === 0) return;
    const now = performance.now();
    const { looks, at } = this.standing.get(socket) ?? { looks: 0, at: 0 };
    const inARow = now - at < 1.5 * this.patience.look ? looks + 1 : 1;
    this.standing.set(socket, { looks: inARow, at: now });
    if (inARow < LOOKS) return;
    this.cut(socket, 'reading');
  }

  private cut(socket: Socket, why: 'reading' | 'pipelining'): void {
    clientsCut.increment(why);
    socket.destroy();
  }

  private refuse(bound: 'address' | 'all'): void {
    clientsCut.increment(bound);
    if (performance.now() - this.toldAt < TELL_EVERY_MS) return;
    this.toldAt = performance.now();
    this.log.warn({
      message:
        bound === 'all'
          ? 'connections are refused: there are MAX_CONNECTIONS'
          : 'connections of an address are refused: it has MAX_CONNECTIONS_PER_ADDRESS. A proxy belongs into TRUST_PROXY',
    });
  }
}
