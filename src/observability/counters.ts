/** Counts what happened, by labels. Plain numbers: the metrics endpoint reads them, nothing else does. */
export class Counter {
  private readonly counts = new Map<string, number>();

  increment(label: string): void {
    this.counts.set(label, this.of(label) + 1);
  }

  of(label: string): number {
    return this.counts.get(label) ?? 0;
  }

  get entries(): ReadonlyMap<string, number> {
    return this.counts;
  }
}

/** Transactions, by what became of an attempt: `committed`, `replayed:<SQLSTATE>`, `gave-up:<SQLSTATE>`. */
export const transactionAttempts = new Counter();
