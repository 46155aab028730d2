import { Logger } from '@nestjs/common';
import { connectionsLost } from '../../observability/counters.ts';
import type { Loss } from './client.ts';

/** As told of a connection of a pool. */
export interface PooledLoss extends Loss {
  /** It had no transaction and nothing to answer: nobody notices. */
  readonly idle: boolean;
}

/** All that end in one go have been heard of by then. */
const GATHER_MS = 1_000;
/** A server that goes down takes all with it, and the first of them tell as much as all. */
const MOST_NAMED = 20;

/** Tells of lost connections: one line for all of a second. Who was using them is told for themselves, and tries again. */
class LostConnections {
  private readonly log = new Logger('Connections');
  private losses: PooledLoss[] = [];

  add(loss: PooledLoss): void {
    connectionsLost.increment(loss.sqlState);
    if (!this.losses.length) setTimeout(() => this.tell(), GATHER_MS).unref();
    this.losses.push(loss);
  }

  private tell(): void {
    const count = this.losses.length;
    const lost = this.losses.slice(0, MOST_NAMED);
    this.losses = [];
    this.log.warn({ message: 'connections to PostgreSQL were lost', count, lost });
  }
}

/** Of this process, whatever number of pools it has. */
export const lostConnections = new LostConnections();
