import { DomainError } from '../../foundation/errors/domain-error.ts';
import { ErrorCode } from '../../foundation/errors/error-code.ts';

/** Fewer units are available than are needed. Nothing has changed. */
export class InsufficientUnits extends DomainError {
  readonly code = ErrorCode.INSUFFICIENT_UNITS;
  constructor(override readonly details: { authorizationId: string; requestedUnits: number; availableUnits: number }) {
    super(`${details.requestedUnits} units requested, ${details.availableUnits} available.`);
  }
}

/** The authorization is cancelled, or the visit's date is outside startDate..endDate. */
export class AuthorizationNotUsable extends DomainError {
  readonly code = ErrorCode.AUTHORIZATION_NOT_USABLE;
  constructor(
    override readonly details: { authorizationId: string; status: string; startDate: string; endDate: string },
  ) {
    super(`The authorization is ${details.status} and covers visits from ${details.startDate} to ${details.endDate}.`);
  }
}

/** The authorization belongs to another patient. */
export class AuthorizationPatientMismatch extends DomainError {
  readonly code = ErrorCode.AUTHORIZATION_PATIENT_MISMATCH;
  constructor(override readonly details: { authorizationId: string; patientId: string }) {
    super('The authorization belongs to another patient.');
  }
}
