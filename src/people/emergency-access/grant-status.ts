import { InvalidStatusTransition } from '../../foundation/errors/domain-error.ts';

/** How long a grant may last, in minutes. */
export const DURATIONS = [30, 60, 120, 240, 480] as const;
export const LONGEST_MINUTES = 480;
const MINUTE = 60_000;

/** Derived from the clock on every reading, never stored: a grant ends by itself, with nobody there to end it. */
export enum GrantStatus {
  ACTIVE = 'ACTIVE',
  REVOKED = 'REVOKED',
  EXPIRED = 'EXPIRED',
}

interface Term {
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export function expiryOf(createdAt: Date, durationMinutes: number): Date {
  return new Date(createdAt.getTime() + durationMinutes * MINUTE);
}

/** No grant that was made before this instant is live now. */
export function earliestOfLive(now: Date): Date {
  return new Date(now.getTime() - LONGEST_MINUTES * MINUTE);
}

/** At the very instant of its expiry a grant has ended. */
export function statusAt(now: Date, { expiresAt, revokedAt }: Term): GrantStatus {
  if (revokedAt) return GrantStatus.REVOKED;
  return expiresAt > now ? GrantStatus.ACTIVE : GrantStatus.EXPIRED;
}

/** @throws InvalidStatusTransition it was revoked already, or has ended by itself */
export function requireRevocable(now: Date, grant: Term): void {
  const from = statusAt(now, grant);
  if (from !== GrantStatus.ACTIVE) throw new InvalidStatusTransition({ from, to: GrantStatus.REVOKED });
}
