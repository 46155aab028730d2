import { localDate, type LocalDate } from '../../foundation/time/local-date.ts';
import { AuthorizationNotUsable, AuthorizationPatientMismatch } from './authorization.errors.ts';
import { statusOn, type AuthorizationLife } from './authorization-status.ts';

/** A visit that wants units. */
export interface Visit {
  readonly patientId: string;
  /** Its local start date. */
  readonly date: LocalDate;
}

interface Approved extends AuthorizationLife {
  readonly id: string;
  readonly patientId: string;
}

/** Whether the visit's date lies within startDate..endDate, both inclusive, of an authorization that is not cancelled. */
export function coversDate(authorization: AuthorizationLife, date: LocalDate): boolean {
  return !authorization.cancelledAt && authorization.startDate <= date && date <= authorization.endDate;
}

/**
 * Whether an authorization may hold units for a visit. Pure, so that a booking can ask before it takes the lock (for the
 * right refusal) and again under it (for the truth).
 *
 * @throws AuthorizationPatientMismatch it is another patient's
 * @throws AuthorizationNotUsable it is cancelled or does not cover the date
 */
export function requireUsable(authorization: Approved, visit: Visit, now: Date, timeZone: string): void {
  if (authorization.patientId !== visit.patientId)
    throw new AuthorizationPatientMismatch({ authorizationId: authorization.id, patientId: visit.patientId });
  if (coversDate(authorization, visit.date)) return;
  const { id, startDate, endDate } = authorization;
  const status = statusOn(localDate(now, timeZone), authorization);
  throw new AuthorizationNotUsable({ authorizationId: id, status, startDate, endDate });
}
