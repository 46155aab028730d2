import type { ErrorCode } from '../../foundation/errors/error-code.ts';
import { bodyOf, type ErrorBody } from './error-answer.ts';

const ID = '0198c0de-0000-7000-8000-000000000001';

/** One example for each code: what the API says, with made-up ids. */
const EXAMPLES: Readonly<Record<ErrorCode, readonly [message: string, details?: Record<string, unknown>]>> = {
  UNAUTHENTICATED: ['Sign in: the access token is missing, broken or expired.'],
  FORBIDDEN: ['You do not have the right to do this.', { resource: 'session', resourceId: ID }],
  IDENTITY_UNCONFIRMED: [
    'Say who you are: call confirmIdentity with your password or a code, then send this again.',
    { confirmedWithinSeconds: 600 },
  ],
  NOT_FOUND: ['There is no such appointment.', { resource: 'appointment', resourceId: ID }],
  BAD_USER_INPUT: ['Bad input. endTime: must be after startTime', { fields: { endTime: ['must be after startTime'] } }],
  INSUFFICIENT_UNITS: [
    'The authorization has 2 units available, and 4 are needed.',
    { authorizationId: ID, requestedUnits: 4, availableUnits: 2 },
  ],
  AUTHORIZATION_NOT_USABLE: [
    'The authorization is not usable on that date.',
    { authorizationId: ID, status: 'EXPIRED', startDate: '2026-01-01', endDate: '2026-06-30' },
  ],
  AUTHORIZATION_PATIENT_MISMATCH: ['The authorization belongs to another patient.'],
  SCHEDULING_CONFLICT: [
    'Already booked at that time: practitioner.',
    { conflictsWith: ['PRACTITIONER'], appointmentIds: [ID] },
  ],
  INVALID_STATUS_TRANSITION: [
    'Its status is COMPLETED, which does not allow a change to CANCELLED.',
    { from: 'COMPLETED', to: 'CANCELLED' },
  ],
  STALE_VERSION: [
    'The object has changed since you read it. Read it again and repeat the change.',
    { currentVersion: 3 },
  ],
  IDEMPOTENCY_KEY_REUSED: [
    'You used this idempotencyKey before with a different input. Use a new key for a new request.',
  ],
  RATE_LIMITED: ['Too many requests. Try again in 30 seconds.', { retryAfterSeconds: 30 }],
  TRY_AGAIN: ['The server is busy or restarting. Nothing was changed: try again.'],
  INTERNAL_SERVER_ERROR: ['Something went wrong on our side. Tell us the requestId.'],
};

export function exampleOf(status: number, code: ErrorCode, message?: string): ErrorBody {
  const [said, details] = EXAMPLES[code];
  return bodyOf(status, code, message ?? said, ID, message ? {} : details);
}
