import { TryAgain } from '../../../foundation/errors/domain-error.ts';
import { Beside } from '../../../foundation/request-context/beside.ts';
import type { RequestContext } from '../../../foundation/request-context/request-context.ts';
import type { Tx } from './tx.ts';

type Read = <T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>) => Promise<T>;

/** A reading that waits for the others of its moment. */
interface Reading {
  /** Reads, and gives what tells the caller once the transaction has committed. */
  readonly work: (tx: Tx) => Promise<() => void>;
  readonly alone: () => void;
  readonly reject: (error: unknown) => void;
}

/** Puts the readings that one context asks for at one moment into one transaction, one after the other. */
export class GatheredReads {
  private readonly waiting = new Beside<RequestContext, Reading[]>();

  constructor(private readonly read: Read) {}

  run<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const readings = this.waiting.get(ctx) ?? this.gather(ctx);
      readings.push({
        work: async (tx) => {
          const result = await work(tx);
          return () => resolve(result);
        },
        alone: () => void this.read(ctx, work).then(resolve, reject),
        reject,
      });
    });
  }

  /** Data loaders ask on the same turn of the event loop; what comes on the next one is gathered anew. */
  private gather(ctx: RequestContext): Reading[] {
    const readings: Reading[] = [];
    this.waiting.set(ctx, readings);
    setImmediate(() => {
      this.waiting.set(ctx, undefined);
      void this.readAll(ctx, readings);
    });
    return readings;
  }

  private async readAll(ctx: RequestContext, readings: readonly Reading[]): Promise<void> {
    try {
      const answers = await this.read(ctx, async (tx) => {
        const tell: (() => void)[] = [];
        for (const { work } of readings) tell.push(await work(tx));
        return tell;
      });
      for (const tell of answers) tell();
    } catch (error) {
      // one that fails takes the others' transaction along, so each is tried for itself: but not where the server is away
      const hopeless = readings.length === 1 || error instanceof TryAgain;
      for (const reading of readings)
        if (hopeless) reading.reject(error);
        else reading.alone();
    }
  }
}
