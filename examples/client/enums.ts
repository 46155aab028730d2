export type AppointmentStatus =
  | 'CANCELLED'
  | 'COMPLETED'
  | 'IN_PROGRESS'
  | 'NO_SHOW'
  | 'SCHEDULED';

export type AuditOutcome =
  | 'DENIED'
  | 'FAILURE'
  | 'SUCCESS';

/** PENDING: not yet started. EXPIRED: past endDate. EXHAUSTED: usedUnits = totalUnits. CANCELLED wins over all, then EXPIRED, then PENDING, then EXHAUSTED. */
export type AuthorizationStatus =
  | 'ACTIVE'
  | 'CANCELLED'
  | 'EXHAUSTED'
  | 'EXPIRED'
  | 'PENDING';

/** extensions.code of every error this API returns. */
export type ErrorCode =
  /** The authorization is cancelled, or the visit's dates are outside startDate..endDate. extensions.details: {authorizationId, status, startDate, endDate} */
  | 'AUTHORIZATION_NOT_USABLE'
  /** The authorization belongs to another patient. */
  | 'AUTHORIZATION_PATIENT_MISMATCH'
  | 'BAD_USER_INPUT'
  | 'FORBIDDEN'
  /** The same idempotencyKey came before with a different input. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** The caller has not shown within 10 minutes who they are: confirmIdentity, then the call again. extensions.details: {confirmedWithinSeconds} */
  | 'IDENTITY_UNCONFIRMED'
  /** extensions.details: {authorizationId, requestedUnits, availableUnits} */
  | 'INSUFFICIENT_UNITS'
  | 'INTERNAL_SERVER_ERROR'
  /** extensions.details: {from, to} */
  | 'INVALID_STATUS_TRANSITION'
  | 'NOT_FOUND'
  | 'RATE_LIMITED'
  /** The practitioner or the patient is already booked then. extensions.details: {conflictsWith: [PRACTITIONER|PATIENT], appointmentIds (only those the caller may read)} */
  | 'SCHEDULING_CONFLICT'
  /** expectedVersion is not the current version. extensions.details: {currentVersion} */
  | 'STALE_VERSION'
  /** A passing fault (lock time-out, deadlock, database restarting) outlasted the server's own retries. Nothing was changed; extensions.retryable is true. */
  | 'TRY_AGAIN'
  | 'UNAUTHENTICATED';

/**
 * How an entry of n units moves the balances: GRANT total +n (at creation), RESERVE reserved +n, RELEASE reserved -n,
 * CONSUME reserved -n and used +n, ADJUST total +n (n may be negative). A completion that needs more than was reserved
 * RESERVEs the difference first; one that needs fewer RELEASEs the rest.
 */
export type LedgerEntryKind =
  | 'ADJUST'
  | 'CONSUME'
  | 'GRANT'
  | 'RELEASE'
  | 'RESERVE';

export type Role =
  | 'ADMIN'
  | 'PATIENT'
  | 'PRACTITIONER';

export type ServiceLocation =
  | 'CLINIC'
  | 'COMMUNITY'
  | 'HOME'
  | 'SCHOOL'
  | 'TELEHEALTH';

/** A session exists from the completion on; IN_PROGRESS is reserved for live sessions. REQUIRES_REVIEW: completed, but some units found no room on the authorization (unitsUnauthorized > 0). */
export type SessionStatus =
  | 'COMPLETED'
  | 'IN_PROGRESS'
  | 'REQUIRES_REVIEW';
