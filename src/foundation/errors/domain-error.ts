import { ErrorCode } from './error-code.ts';

/**
 * A refusal that is part of the product: thrown inside a transaction it rolls everything back, and the edge turns it
 * into `extensions.code`. Messages and details never hold names, dates of birth, notes, SQL or stacks.
 */
export abstract class DomainError extends Error {
  abstract readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> = {};

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** Who is asking is not known: no token, a broken or expired one, a wrong password, or an inactive user. */
export class Unauthenticated extends DomainError {
  readonly code = ErrorCode.UNAUTHENTICATED;
  constructor(message = 'Sign in: the access token is missing, broken or expired.') {
    super(message);
  }
}

/** Why a caller is denied something: by their role, whatever it is, or this object alone. */
export type Denial =
  | { readonly permission: string | null; readonly roles: readonly string[] }
  | { readonly resource: string; readonly resourceId: string };

/** The caller's own organization has it, but the caller has no right to it. Recorded as ACCESS_DENIED. */
export class Forbidden extends DomainError {
  readonly code = ErrorCode.FORBIDDEN;
  constructor(
    override readonly details: Denial,
    message = 'You do not have the right to do this.',
    /** For the trail: the object that the call named, where nobody has looked for it. */
    readonly asked: { readonly resource?: string; readonly resourceId?: string } = {},
  ) {
    super(message);
  }
}

/**
 * The caller may do this, and has not shown lately who they are: an access token alone does not change accounts. Recorded as
 * ACCESS_DENIED, since a thief of one comes to just this.
 */
export class IdentityUnconfirmed extends DomainError {
  readonly code = ErrorCode.IDENTITY_UNCONFIRMED;
  override readonly details: { confirmedWithinSeconds: number };
  constructor(
    confirmedWithinSeconds: number,
    /** For the trail: as of Forbidden. */
    readonly asked: Forbidden['asked'] = {},
  ) {
    super('Say who you are: call confirmIdentity with your password or a code, then send this again.');
    this.details = { confirmedWithinSeconds };
  }
}

/** No such object in the caller's organization: the same answer for another tenant's, so that ids cannot be probed. */
export class NotFound extends DomainError {
  readonly code = ErrorCode.NOT_FOUND;
  override readonly details: { resource: string; resourceId: string };
  constructor(resource: string, resourceId: string) {
    super(`There is no such ${resource}.`);
    this.details = { resource, resourceId };
  }
}

/** The request itself is wrong. `details.fields` maps the field's path to what is wrong with it. */
export class BadUserInput extends DomainError {
  readonly code = ErrorCode.BAD_USER_INPUT;
  override readonly details: { fields: Record<string, string[]> } & Record<string, unknown>;
  constructor(fields: Record<string, string | string[]>, more: Record<string, unknown> = {}) {
    const messages = Object.fromEntries(Object.entries(fields).map(([field, said]) => [field, [said].flat()]));
    super(
      `Bad input. ${Object.entries(messages)
        .map(([field, said]) => `${field}: ${said.join(', ')}`)
        .join('; ')}`,
    );
    this.details = { fields: messages, ...more };
  }
}

/** Refused before the answer is written: one caller's answer must not take the memory of all. */
export class AnswerTooLarge extends BadUserInput {
  constructor(mostBytes: number) {
    const said = `would have more than ${mostBytes} bytes: ask for smaller pages, fewer fields or fewer aliases`;
    super({ answer: said }, { most: mostBytes });
  }
}

/** Somebody changed the object since the caller read it. */
export class StaleVersion extends DomainError {
  readonly code = ErrorCode.STALE_VERSION;
  override readonly details: { currentVersion: number };
  constructor(currentVersion: number) {
    super('The object has changed since you read it. Read it again and repeat the change.');
    this.details = { currentVersion };
  }
}

/** @throws StaleVersion when the caller expected another version than the current one */
export function requireVersion(current: number, expected: number | null | undefined): void {
  if (expected != null && expected !== current) throw new StaleVersion(current);
}

/** A passing fault outlasted the server's own retries. Nothing was changed, but for InDoubt; the same call may succeed later. */
export class TryAgain extends DomainError {
  readonly code = ErrorCode.TRY_AGAIN;
  constructor(message = 'The server is busy or restarting. Nothing was changed: try again.') {
    super(message);
  }
}

/** Who asked has hung up, so that nobody sees this: what was begun is rolled back. */
export class CallerGone extends TryAgain {}

/** A reading ran into the time-out of a statement. It is not tried again here: it would take as long, and keep others waiting. */
export class TookTooLong extends TryAgain {
  constructor() {
    super(
      'This took too long to read. Ask for less: a smaller page, a narrower filter, no totalCount; or try again later.',
    );
  }
}

/** The commit of a call that may be repeated is in doubt, and the server's own retries did not settle it; another one does. */
export class InDoubt extends TryAgain {
  constructor(cause: unknown) {
    super('The connection was lost while the change was being saved. Send the same call again: it happens once.');
    this.cause = cause;
  }
}

/** Too many calls, or too many failed logins. Nothing was looked at: wait, then try again. */
export class RateLimited extends DomainError {
  readonly code = ErrorCode.RATE_LIMITED;
  override readonly details: { retryAfterSeconds: number };
  constructor(seconds: number) {
    const retryAfterSeconds = Math.max(1, Math.ceil(seconds));
    super(`Too many calls. Try again in ${retryAfterSeconds} seconds.`);
    this.details = { retryAfterSeconds };
  }
}

/**
 * The connection broke while the commit was on its way, nothing tells which way it went, and the call must not be repeated
 * as it is. Not TRY_AGAIN, which says that it may.
 */
export class OutcomeUnknown extends DomainError {
  readonly code = ErrorCode.INTERNAL_SERVER_ERROR;
  constructor(cause: unknown) {
    super('The connection was lost while the change was being saved. Read the object to see whether it was.');
    this.cause = cause;
  }
}

/**
 * The change was saved, and then something that the caller also asked for could not be read. Not TRY_AGAIN, which promises
 * that nothing was changed.
 */
export class AnswerIncomplete extends DomainError {
  readonly code = ErrorCode.INTERNAL_SERVER_ERROR;
  constructor(cause: unknown) {
    super('The change was saved, but not all that was asked for could be read. Read the object.');
    this.cause = cause;
  }
}

/** The object's status does not allow this step. Nothing was changed. */
export class InvalidStatusTransition extends DomainError {
  readonly code = ErrorCode.INVALID_STATUS_TRANSITION;
  constructor(override readonly details: { from: string; to: string } & Record<string, unknown>) {
    super(`Its status is ${details.from}, which does not allow a change to ${details.to}.`);
  }
}
