import { registerEnumType } from '@nestjs/graphql';
import { ErrorCode } from '../../../foundation/errors/error-code.ts';
import { Role } from '../../../foundation/request-context/request-context.ts';

/** Enums of folders that know nothing of GraphQL. */
export function registerErrorCode(): void {
  registerEnumType(Role, { name: 'Role' });
  registerEnumType(ErrorCode, {
    name: 'ErrorCode',
    description: 'extensions.code of every error this API returns.',
    valuesMap: {
      IDENTITY_UNCONFIRMED: {
        description:
          'The caller has not shown within 10 minutes who they are: confirmIdentity, then the call again. extensions.details: {confirmedWithinSeconds}',
      },
      INSUFFICIENT_UNITS: { description: 'extensions.details: {authorizationId, requestedUnits, availableUnits}' },
      AUTHORIZATION_NOT_USABLE: {
        description:
          "The authorization is cancelled, or the visit's dates are outside startDate..endDate. extensions.details: {authorizationId, status, startDate, endDate}",
      },
      AUTHORIZATION_PATIENT_MISMATCH: { description: 'The authorization belongs to another patient.' },
      SCHEDULING_CONFLICT: {
        description:
          'The practitioner or the patient is already booked then. extensions.details: {conflictsWith: [PRACTITIONER|PATIENT], appointmentIds (only those the caller may read)}',
      },
      INVALID_STATUS_TRANSITION: { description: 'extensions.details: {from, to}' },
      STALE_VERSION: {
        description: 'expectedVersion is not the current version. extensions.details: {currentVersion}',
      },
      IDEMPOTENCY_KEY_REUSED: {
        description: 'The same idempotencyKey came from the same user before, with a different input.',
      },
      TRY_AGAIN: {
        description:
          "A passing fault (lock time-out, deadlock, database restarting) outlasted the server's own retries. Nothing was changed; of a call with an idempotencyKey the message may also say that its commit is in doubt, and the same call with the same key settles it. extensions.retryable is true.",
      },
    },
  });
}
