import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What is found out about a request on its way and told when it has ended: names of our schema and routes, codes, ids.
 * Nothing that a client wrote: its texts, names of operations and aliases may be patient data.
 */
export class RequestRecord {
  readonly startedAt = performance.now();
  /** Root fields of our schema that a GraphQL request asked for, each with its outcome. */
  readonly fields = new Map<string, string>();
  /** Codes of the errors in the answer, each once. */
  readonly codes = new Set<string>();

  /** Where requests are traced. */
  traceId?: string;

  constructor(readonly requestId: string) {}
}

const records = new AsyncLocalStorage<RequestRecord>();

/** The request that this code runs for, however deep; none at the start, in timers and in the demo. */
export function currentRecord(): RequestRecord | undefined {
  return records.getStore();
}

/** Runs what follows as part of the request. */
export function withRecord(record: RequestRecord, follows: () => void): void {
  records.run(record, follows);
}
