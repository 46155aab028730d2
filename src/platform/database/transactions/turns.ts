import { TryAgain } from '../../../foundation/errors/domain-error.ts';

/** One works under the lock, the other is at the lock already when it comes free. */
const AT_A_TIME = 2;
/** Then whoever still waits is told so, rather than waiting for all before them to run into their time-outs. */
const PATIENCE_MS = 10_000;

interface Line {
  working: number;
  /** Each is called when it is its turn. */
  readonly waiting: (() => void)[];
}

/**
 * Lets those of this process who want the same thing come two at a time, before they take a connection: otherwise all of
 * the pool would stand at one lock, and nobody else would be served. Fairness, never correctness: that is the lock's.
 */
export class Turns {
  private readonly lines = new Map<string, Line>();

  /** @throws TryAgain its turn came only after more than 10 seconds; nothing was done */
  async take<T>(thing: string, work: () => Promise<T>): Promise<T> {
    let line = this.lines.get(thing);
    if (!line) this.lines.set(thing, (line = { working: 0, waiting: [] }));
    const patientUntil = performance.now() + PATIENCE_MS;
    if (line.working < AT_A_TIME) line.working += 1;
    else await new Promise<void>((resolve) => line.waiting.push(resolve));
    try {
      if (performance.now() > patientUntil) throw new TryAgain();
      return await work();
    } finally {
      const next = line.waiting.shift();
      if (next) next();
      else if ((line.working -= 1) === 0) this.lines.delete(thing);
    }
  }
}
