import type { ErrorCode } from './enums.ts';

/** A refusal, as docs/api-errors.md has it. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  /** For the support of the API. */
  readonly requestId: string | undefined;

  constructor(message: string, code: ErrorCode, details: Readonly<Record<string, unknown>> = {}, requestId?: string) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.details = details;
    this.requestId = requestId;
  }
}

/** What a form shows. `fields` stand beside their inputs. */
export interface Notice {
  readonly text: string;
  readonly fields?: Readonly<Record<string, readonly string[]>>;
}

/** A refusal in the words of the front desk. The switch has no default: a new code is a compile error here. */
export function noticeOf({ code, details, requestId }: ApiError): Notice {
  switch (code) {
    case 'BAD_USER_INPUT':
      return { text: 'Please correct what is marked.', fields: details.fields as Record<string, string[]> };
    case 'INSUFFICIENT_UNITS':
      return {
        text: `This needs ${String(details.requestedUnits)} units, ${String(details.availableUnits)} are left.`,
      };
    case 'AUTHORIZATION_NOT_USABLE':
      return { text: `The authorization is for ${String(details.startDate)} to ${String(details.endDate)}.` };
    case 'AUTHORIZATION_PATIENT_MISMATCH':
      return { text: 'The authorization is for another patient.' };
    case 'SCHEDULING_CONFLICT':
      return { text: `Already booked: ${(details.conflictsWith as string[]).join(' and ').toLowerCase()}.` };
    case 'INVALID_STATUS_TRANSITION':
      return { text: `This is ${String(details.from)} by now.` };
    case 'STALE_VERSION':
      return { text: 'Somebody else has changed this. Please look at it again.' };
    case 'NOT_FOUND':
      return { text: 'This does not exist any more.' };
    case 'FORBIDDEN':
      return { text: 'You do not have the right to do this.' };
    case 'IDENTITY_UNCONFIRMED':
      return { text: 'Please enter your password once more.' };
    case 'UNAUTHENTICATED':
      return { text: 'Please sign in again.' };
    case 'RATE_LIMITED':
      return { text: `Too many tries. Please wait ${String(details.retryAfterSeconds)} seconds.` };
    case 'TRY_AGAIN':
      return { text: 'The server is busy. Please try again.' };
    case 'IDEMPOTENCY_KEY_REUSED':
    case 'INTERNAL_SERVER_ERROR':
      return { text: `That did not work. Please tell us ${requestId ?? 'what you did'}.` };
  }
}
