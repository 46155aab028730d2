import { setTimeout as sleep } from 'node:timers/promises';
import { Counter as PrometheusCounter, Gauge, Histogram, Registry } from 'prom-client';
import {
  clientsCut,
  connectionsLost,
  operations,
  transactionAttempts,
  unitsMoved,
  wallsHit,
  type Counter,
} from './counters.ts';

/** Everything that /metrics tells; docs/observability.md says what each means. No label has an id or a client's text. */
export const registry = new Registry();

/** How long something took, by a label of a closed set. A series is looked up once. */
export class Durations {
  private readonly series = new Map<string, ReturnType<Histogram['labels']>>();
  private readonly histogram: Histogram;

  constructor(
    name: string,
    help: string,
    private readonly label: string,
  ) {
    this.histogram = new Histogram({ name, help, labelNames: [label], buckets: SECONDS, registers: [registry] });
  }

  observe(value: string, milliseconds: number): void {
    let one = this.series.get(value);
    if (!one) this.series.set(value, (one = this.histogram.labels({ [this.label]: value })));
    one.observe(milliseconds / 1000);
  }
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const requestDurations = new Durations(
  'therapy_request_duration_seconds',
  'From the first byte of a request to the end of its answer',
  'operation',
);
export const transactionDurations = new Durations(
  'therapy_transaction_duration_seconds',
  'From BEGIN to the answer of COMMIT or ROLLBACK, by attempt',
  'outcome',
);
export const lockWaits = new Durations(
  'therapy_lock_wait_seconds',
  'Statements that take row locks: the wait for whoever holds them, and the reading of a row',
  'table',
);
export const poolWaits = new Durations(
  'therapy_pool_wait_seconds',
  'Wait of a transaction for a connection of the pool',
  'pool',
);

const PATIENCE_MS = 1_000;

/** A number that is asked for when /metrics is. Registered again, as by a second application in a test, the new one counts. */
export function gauge(name: string, help: string, collect: () => number | Promise<number>): void {
  registry.removeSingleMetric(name);
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      // what cannot be told, or not in time, must not hide all the rest
      const told = Promise.resolve()
        .then(collect)
        .catch(() => Number.NaN);
      this.set(await Promise.race([told, sleep(PATIENCE_MS, Number.NaN, { ref: false })]));
    },
  });
}

/** Labels stand in the counter's one string, the last behind the last separator. */
function expose(counter: Counter, name: string, help: string, labelNames: [string, string?], separator = ' '): void {
  const [first, last] = labelNames;
  new PrometheusCounter({
    name,
    help,
    labelNames: last ? [first, last] : [first],
    registers: [registry],
    collect() {
      this.reset();
      for (const [label, count] of counter.entries) {
        const cut = last ? label.lastIndexOf(separator) : -1;
        const head = cut < 0 ? label : label.slice(0, cut);
        this.inc({ [first]: head, ...(last && { [last]: cut < 0 ? '' : label.slice(cut + 1) }) }, count);
      }
    },
  });
}

expose(operations, 'therapy_operations_total', 'Fields and endpoints asked for, by outcome', ['operation', 'code']);
expose(
  transactionAttempts,
  'therapy_transaction_attempts_total',
  'Attempts at a transaction, by what became of them',
  ['outcome', 'sqlstate'],
  ':',
);
expose(connectionsLost, 'therapy_connections_lost_total', 'Connections of the pool that were lost', ['sqlstate']);
expose(clientsCut, 'therapy_client_connections_cut_total', 'Connections of clients that were refused or ended', [
  'reason',
]);
expose(unitsMoved, 'therapy_units_total', 'Billing units moved by committed transactions', ['movement']);
expose(wallsHit, 'therapy_walls_hit_total', 'Database constraints that refused what our code let through', ['wall']);
