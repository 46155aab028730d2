import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { whenOver } from '../platform/observability/closed-connections.ts';

const LOOK_EVERY_MS = 50;

/** The requests that are being answered, so that the process can end after them and not before. */
export class OpenRequests {
  private readonly log = new Logger(OpenRequests.name);
  private count = 0;
  private isLeaving = false;

  constructor(private readonly http: FastifyInstance) {
    http.addHook('onRequest', (request, reply, done) => {
      this.count += 1;
      // comes also where the caller hangs up; what such a call still does ends with the pool, which waits for it
      whenOver(request.raw, reply.raw, () => {
        this.count -= 1;
      });
      done();
    });
    http.addHook('onSend', (_request, reply, payload, done) => {
      if (this.isLeaving) void reply.header('connection', 'close');
      done(null, payload);
    });
  }

  /** From now on each answer closes its connection: who calls again gets a new one, to another process by then. */
  sendAway(): void {
    this.isLeaving = true;
  }

  /** Takes no new connection, waits until what runs is answered, at most that long, and cuts what is left. */
  async finish(limitMs: number): Promise<void> {
    this.sendAway();
    const closed = this.http.close();
    const end = performance.now() + limitMs; // whatever the clock is set to meanwhile
    while (this.count > 0 && performance.now() < end) await sleep(LOOK_EVERY_MS);
    if (this.count > 0) this.log.warn(`${this.count} requests had no answer within the limit and are cut off`);
    // also the connections that a browser opens in advance and never uses
    this.http.server.closeAllConnections();
    await closed;
  }
}
