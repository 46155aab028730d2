import { BadUserInput, DomainError } from '../../foundation/errors/domain-error.ts';
import { ErrorCode } from '../../foundation/errors/error-code.ts';

const MESSAGES = {
  REQUIRED:
    'This account has a second factor: send the code of its authenticator app, or a recovery code, as totpCode.',
  INVALID: 'The code is wrong, too old, or has served already: wait for the next one.',
  ENROLMENT_REQUIRED:
    'The organization wants a second factor of its staff: set one up with beginLoginEnrolment and confirmLoginEnrolment.',
} as const;

/** What is wrong with the second factor of somebody whose password is right. */
export type Shortfall = keyof typeof MESSAGES;

/** The password was right, and what else it takes is missing. */
export class SecondFactorMissing extends DomainError {
  readonly code = ErrorCode.UNAUTHENTICATED;
  override readonly details: { secondFactor: Shortfall };
  constructor(secondFactor: Shortfall) {
    super(MESSAGES[secondFactor]);
    this.details = { secondFactor };
  }
}

/** A step of an enrolment that does not fit: a second factor is on already, or none was begun. */
export class EnrolmentMisplaced extends BadUserInput {
  constructor(
    message: string,
    /** What a login says of the account. */
    readonly atLogin: Shortfall,
  ) {
    super({ secondFactor: message });
  }
}
