import { DomainError } from '../../foundation/errors/domain-error.ts';
import { ErrorCode } from '../../foundation/errors/error-code.ts';

/** The key came before with a different input. Nothing was changed. */
export class IdempotencyKeyReused extends DomainError {
  readonly code = ErrorCode.IDEMPOTENCY_KEY_REUSED;
  constructor() {
    super('This idempotencyKey was used before with a different input. Use a new key for a new request.');
  }
}
