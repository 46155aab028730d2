import type { Latency } from '../measure/statistics.ts';
import type { Span } from '../slots.ts';

interface Load {
  /** Where the API listens; clients are spread over them. */
  readonly urls: readonly string[];
  /** Each sends its next request when the last one is answered. */
  readonly clients: number;
  readonly seconds: number;
  /** How many operations are begun at most. */
  readonly most?: number;
}

/** Bookings at hours that are nobody else's. */
export interface Bookings extends Span {
  readonly organization: number;
  readonly practitioners: number;
  /** Numbers of the authorizations to choose from. */
  readonly authorizations: readonly [first: number, last: number];
  readonly slot: number;
  /** Of users who take turns. */
  readonly tokens: readonly string[];
}

/** A GraphQL query with all that it is asked with. */
export interface Query {
  readonly text: string;
  readonly requests: readonly { readonly variables: object; readonly token: string }[];
}

export type Job = Load &
  (
    | ({ readonly kind: 'book' | 'visit' | 'cancel' } & Bookings)
    | { readonly kind: 'query'; readonly query: Query }
    /** So large a share of changes (a booking, or a booking and its cancellation), the rest one query or another. */
    | ({
        readonly kind: 'mixed';
        readonly changes: number;
        readonly queries: Readonly<Record<string, Query>>;
      } & Bookings)
  );

/** What the load process tells of a run. */
export interface LoadResult {
  readonly operations: number;
  readonly seconds: number;
  /** Until the last operation that succeeded. */
  readonly untilLast: number;
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
