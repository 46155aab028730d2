import { DomainError } from '../../foundation/errors/domain-error.ts';
import { ErrorCode } from '../../foundation/errors/error-code.ts';

/** The same user sent the key before, with a different input. Nothing was changed. */
export class IdempotencyKeyReused extends DomainError {
  readonly code = ErrorCode.IDEMPOTENCY_KEY_REUSED;
  constructor() {
    super('You used this idempotencyKey before with a different input. Use a new key for a new request.');
  }
}
