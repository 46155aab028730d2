import type { LocalDate } from '../../foundation/time/local-date.ts';

export enum AuthorizationStatus {
  PENDING = 'PENDING',
  ACTIVE = 'ACTIVE',
  EXHAUSTED = 'EXHAUSTED',
  EXPIRED = 'EXPIRED',
  CANCELLED = 'CANCELLED',
}

export interface AuthorizationLife {
  readonly cancelledAt: Date | null;
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
  readonly totalUnits: number;
  readonly usedUnits: number;
}

/**
 * Derived on reading, never stored: CANCELLED > EXPIRED > PENDING > EXHAUSTED > ACTIVE.
 *
 * @param today the organization's local date
 */
export function statusOn(today: LocalDate, authorization: AuthorizationLife): AuthorizationStatus {
  if (authorization.cancelledAt) return AuthorizationStatus.CANCELLED;
  if (authorization.endDate < today) return AuthorizationStatus.EXPIRED;
  if (authorization.startDate > today) return AuthorizationStatus.PENDING;
  if (authorization.usedUnits === authorization.totalUnits) return AuthorizationStatus.EXHAUSTED;
  return AuthorizationStatus.ACTIVE;
}

/** The same in SQL, for the filter, over `row` and `local.today`, the date of its organization. A test holds the two to each other. */
export const STATUS_SQL = `CASE
  WHEN row.cancelledAt IS NOT NULL THEN 'CANCELLED'
  WHEN row.endDate < local.today THEN 'EXPIRED'
  WHEN row.startDate > local.today THEN 'PENDING'
  WHEN row.usedUnits = row.totalUnits THEN 'EXHAUSTED'
  ELSE 'ACTIVE' END`;
