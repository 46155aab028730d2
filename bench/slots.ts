const HOUR = 3_600_000;

/**
 * Hours that visits are booked for, each given out once: whoever books, nobody is ever busy. They are scattered over their
 * span, as real bookings are, by a multiplication that keeps them apart (STRIDE and the spans have no common factor).
 */
export const STRIDE = 234_567;

export interface Span {
  /** In hours since 1970. */
  readonly origin: number;
  readonly hours: number;
}

/** Visits to come. */
export const FUTURE: Span = { origin: Date.UTC(2027, 0, 1) / HOUR, hours: 4_000_000 };
/** Visits that are over, and can be completed. */
export const PAST: Span = { origin: Date.UTC(1910, 0, 1) / HOUR, hours: 1_000_000 };

/** Where the next run finds hours that no run before it has used. */
export class Slots {
  private readonly next = new Map<Span, number>();

  from(span: Span): number {
    return this.next.get(span) ?? 0;
  }

  /** Says that so many from `from(span)` on may have been used. @throws Error the span has no more */
  use(span: Span, count: number): void {
    const next = this.from(span) + count;
    if (next > span.hours) throw new Error('All hours are booked: ask for fewer rounds or seconds.');
    this.next.set(span, next);
  }
}

/** The hour's start, in milliseconds since 1970. */
export function startOf(span: Span, slot: number): number {
  return (span.origin + ((slot * STRIDE) % span.hours)) * HOUR;
}
