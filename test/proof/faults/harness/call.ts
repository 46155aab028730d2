/** What an operation of the API is asked to do, and how each attempt at it went. */

export const OPERATIONS = [
  'createAppointment',
  'updateAppointment',
  'cancelAppointment',
  'startAppointment',
  'markNoShow',
  'completeAppointment',
  'updateAuthorization',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What GraphQL answered for the object of the mutation. */
export type Answer = Readonly<Record<string, unknown>> & { readonly id: string };

export type Outcome =
  /** It was done, and this is how the object is. */
  | { readonly verdict: 'acknowledged'; readonly answer: Answer }
  /** It was not done: a code of the API, or NOT_SENT where no connection could be made. */
  | { readonly verdict: 'refused'; readonly code: string; readonly message: string }
  /** Nobody knows: the connection was lost, or the answer itself says so. */
  | { readonly verdict: 'unknown'; readonly code: string; readonly message: string };

/** One HTTP request. */
export interface Attempt {
  /** Sent as x-request-id, and found in the audit trail if the attempt changed anything. */
  readonly requestId: string;
  /** Milliseconds of performance.now(). */
  readonly sentAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
}

/** What a client wants done, in one attempt or several. */
export interface Call {
  readonly operation: Operation;
  readonly input: Readonly<Record<string, unknown>>;
  /** Several attempts have the same key. Without one there is one attempt, but for those that were NOT_SENT. */
  readonly key: string | undefined;
  /** Index of the account that calls. */
  readonly account: number;
  readonly attempts: Attempt[];
}

/** Refusals that say nothing of the call itself: the same attempt may succeed later. */
export const PASSING: ReadonlySet<string> = new Set(['TRY_AGAIN', 'NOT_SENT', 'RATE_LIMITED', 'UNAUTHENTICATED']);

/** Of an unknown outcome: it was done, and only the rest of the answer is missing. */
export const ANSWER_INCOMPLETE = 'ANSWER_INCOMPLETE';
/** Of an unknown outcome: TRY_AGAIN that says so; the same call again settles it. */
export const IN_DOUBT = 'IN_DOUBT';
/** Of an unknown outcome: the same call again might do it twice. */
export const OUTCOME_UNKNOWN = 'OUTCOME_UNKNOWN';

function last(call: Call): Outcome | undefined {
  return call.attempts.at(-1)?.outcome;
}

/** Whether another attempt with the same key may tell more. */
export function isOpen(call: Call): boolean {
  const outcome = last(call);
  if (!outcome) return true;
  return outcome.verdict === 'unknown' || (outcome.verdict === 'refused' && PASSING.has(outcome.code));
}

/** For whoever has to find out what went wrong. */
export function told({ operation, key, attempts }: Call): string {
  const each = attempts.map(({ requestId, outcome }) =>
    outcome.verdict === 'acknowledged'
      ? `${requestId} acknowledged`
      : `${requestId} ${outcome.verdict} ${outcome.code} (${outcome.message})`,
  );
  return `${operation} ${key ?? 'without a key'}: ${each.join(', ')}`;
}
