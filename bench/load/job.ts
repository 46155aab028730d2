import type { Latency } from '../measure/statistics.ts';

/** Who calls, and for which organization. */
export interface Caller {
  readonly token: string;
}

interface Load {
  /** Where the API listens; clients are spread over them. */
  readonly urls: readonly string[];
  readonly tokens: readonly string[];
  /** Each sends its next request when the last one is answered. */
  readonly clients: number;
  readonly seconds: number;
}

/** Hours that are nobody else's. */
interface Bookings {
  readonly organization: number;
  readonly practitioners: number;
  /** Numbers of the authorizations to choose from. */
  readonly authorizations: readonly [first: number, last: number];
  readonly origin: number;
  readonly hours: number;
  readonly slot: number;
}

export type Job = Load &
  (
    | ({ readonly kind: 'book' | 'visit' | 'cancel' } & Bookings)
    | { readonly kind: 'query'; readonly text: string; readonly variables: readonly object[] }
  );

/** What the load process tells of a run. */
export interface LoadResult {
  readonly operations: number;
  readonly seconds: number;
  /** Of whole operations, then of each call that they consist of. */
  readonly latency: Latency;
  readonly calls: Readonly<Record<string, Latency>>;
  /** Refusals by code; they count as no operations. */
  readonly refused: Readonly<Record<string, number>>;
  /** Hours that were used. */
  readonly slots: number;
  /** CPU seconds of the load process itself, which are charged to nobody. */
  readonly cpu: number;
}
