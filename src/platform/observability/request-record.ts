/**
 * What is found out about a request on its way and told when it has ended: names of our schema and routes, codes, ids.
 * Nothing that a client wrote: its texts, names of operations and aliases may be patient data.
 *
 * It is handed on, not found: an AsyncLocalStorage cost a seventh of a booking's CPU on Node 20.
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

/** A request as request-log.ts hands it on. */
export interface RecordedRequest {
  readonly record: RequestRecord;
}
