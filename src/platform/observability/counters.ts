/** Counts what happened, by a label of a closed set. Plain numbers: /metrics reads them when it is asked. */
export class Counter {
  private readonly counts = new Map<string, number>();

  increment(label: string, by = 1): void {
    this.counts.set(label, this.of(label) + by);
  }

  of(label: string): number {
    return this.counts.get(label) ?? 0;
  }

  get entries(): ReadonlyMap<string, number> {
    return this.counts;
  }
}

/** Transactions, by what became of an attempt: `committed`, `refused`, and with their SQLSTATE `replayed:`, `gave-up:`, `failed:`. */
export const transactionAttempts = new Counter();
/** Operations, by name and outcome: `createAppointment OK`, `GET /api/sessions FORBIDDEN`. */
export const operations = new Counter();
/** Units that have moved and are committed, by `reserved`, `released`, `consumed`. */
export const unitsMoved = new Counter();
/** Connections of the pool that were lost, by SQLSTATE or Node's code. */
export const connectionsLost = new Counter();
/** Connections of clients that were refused or ended, by what they did: `address`, `all`, `sending`, `reading`, `pipelining`, `bodies`. */
export const clientsCut = new Counter();
/** Constraints that refused what the code before them should have: each is a bug. */
export const wallsHit = new Counter();
