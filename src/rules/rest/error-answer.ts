import { STATUS_CODES } from 'node:http';
import { Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DomainError } from '../../foundation/errors/domain-error.ts';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { reportFault } from '../../platform/observability/fault.ts';

const log = new Logger('RestEdge');

/** What every refused REST call answers: the codes and details are those of GraphQL's `extensions`. */
export interface ErrorBody {
  /** The status in words, such as "Forbidden". */
  readonly error: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string;
}

/** Every code's HTTP status. 409 says: the object, as it now is, does not allow it (docs/decisions/0011). */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  [ErrorCode.UNAUTHENTICATED]: 401,
  [ErrorCode.FORBIDDEN]: 403,
  [ErrorCode.IDENTITY_UNCONFIRMED]: 403,
  [ErrorCode.NOT_FOUND]: 404,
  [ErrorCode.BAD_USER_INPUT]: 400,
  [ErrorCode.INSUFFICIENT_UNITS]: 400,
  [ErrorCode.AUTHORIZATION_NOT_USABLE]: 400,
  [ErrorCode.AUTHORIZATION_PATIENT_MISMATCH]: 400,
  [ErrorCode.SCHEDULING_CONFLICT]: 409,
  [ErrorCode.INVALID_STATUS_TRANSITION]: 409,
  [ErrorCode.STALE_VERSION]: 409,
  [ErrorCode.IDEMPOTENCY_KEY_REUSED]: 409,
  [ErrorCode.RATE_LIMITED]: 429,
  [ErrorCode.TRY_AGAIN]: 503,
  [ErrorCode.INTERNAL_SERVER_ERROR]: 500,
};
/** Our own retries took about this long already. */
const TRY_AGAIN_SECONDS = 1;

export function statusOf(code: ErrorCode): number {
  return STATUS[code];
}

/** Turns an error into the answer of a REST call. What is not a DomainError is INTERNAL_SERVER_ERROR, and is logged. */
export function answerError(reply: FastifyReply, error: unknown): FastifyReply {
  const requestId = reply.request.id;
  const known = error instanceof DomainError ? error : undefined;
  const code = known?.code ?? ErrorCode.INTERNAL_SERVER_ERROR;
  const status = STATUS[code];
  if (code === ErrorCode.INTERNAL_SERVER_ERROR) reportFault(log, requestId, error);
  reply.request.record.codes.add(code);
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  const wait = retryAfter(code, known?.details);
  if (wait !== undefined) void reply.header('retry-after', String(wait));
  return reply.status(status).send(
    bodyOf(status, code, known?.message ?? 'Something went wrong on our side. Tell us the requestId.', requestId, {
      ...known?.details,
    }),
  );
}

/** For what never reaches a controller: the status may be one of HTTP's own, such as 413. */
export function bodyOf(
  status: number,
  code: ErrorCode,
  message: string,
  requestId: string,
  details: Readonly<Record<string, unknown>> = {},
): ErrorBody {
  return { error: STATUS_CODES[status] ?? 'Error', code, message, details, requestId };
}

export function retryAfter(code: ErrorCode, details: Readonly<Record<string, unknown>> = {}): number | undefined {
  if (code === ErrorCode.TRY_AGAIN) return TRY_AGAIN_SECONDS;
  return code === ErrorCode.RATE_LIMITED ? Number(details.retryAfterSeconds) : undefined;
}
