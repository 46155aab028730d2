import { DomainError } from '../errors/domain-error.ts';
import { ErrorCode } from '../errors/error-code.ts';

const MESSAGES = {
  REQUIRED:
    'This account has a second factor: send the code of its authenticator app, or a recovery code, as totpCode.',
  INVALID: 'The code is wrong, too old, or has served already: wait for the next one.',
  ENROLMENT_REQUIRED:
    'The organization wants a second factor of its staff: set one up with beginLoginEnrolment and confirmLoginEnrolment.',
} as const;

/** The password was right, and what else it takes is missing. */
export class SecondFactorMissing extends DomainError {
  readonly code = ErrorCode.UNAUTHENTICATED;
  override readonly details: { secondFactor: keyof typeof MESSAGES };
  constructor(secondFactor: keyof typeof MESSAGES) {
    super(MESSAGES[secondFactor]);
    this.details = { secondFactor };
  }
}
