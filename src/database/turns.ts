import pLimit, { type LimitFunction } from 'p-limit';
import { TryAgain } from '../errors/domain-error.ts';

/** One works under the lock, the other is at the lock already when it comes free. */
const AT_A_TIME = 2;
/** Then whoever still waits is told so, rather than waiting for all before them to run into their time-outs. */
const PATIENCE_MS = 10_000;

interface Line {
  readonly limit: LimitFunction;
  here: number;
}

/**
 * Lets those of this process who want the same thing come two at a time, before they take a connection: otherwise all of
 * the pool would stand at one lock, and nobody else would be served. Fairness, never correctness: that is the lock's.
 */
export class Turns {
  private readonly lines = new Map<string, Line>();

  /** @throws TryAgain it was nobody's turn for 10 seconds; nothing was done */
  async take<T>(thing: string, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(thing) ?? { limit: pLimit(AT_A_TIME), here: 0 };
    this.lines.set(thing, line);
    line.here += 1;
    const patientUntil = performance.now() + PATIENCE_MS;
    try {
      return await line.limit(() => {
        if (performance.now() > patientUntil) throw new TryAgain();
        return work();
      });
    } finally {
      line.here -= 1;
      if (line.here === 0) this.lines.delete(thing);
    }
  }
}
