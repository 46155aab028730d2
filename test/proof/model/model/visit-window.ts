import { localDate } from './local-time.ts';
import { minutesBetween } from './units.ts';
import { BAD, when, type Refusal } from './verdict.ts';

const TWELVE_HOURS = 12 * 3_600_000;

/** A visit that is to be booked lasts 1 minute to 12 hours. */
export function wrongLength(start: number, end: number): readonly Refusal[] {
  return when(minutesBetween(start, end) < 1 || end - start > TWELVE_HOURS, BAD);
}

/** One that has happened may have been shorter than a minute, and is 0 units then. */
export function wrongActualLength(start: number, end: number): readonly Refusal[] {
  return when(end <= start || end - start > TWELVE_HOURS, BAD);
}

/** It ends on the local date on which it starts, at the midnight after it at the latest. */
export function crossesMidnight(start: number, end: number, timeZone: string): readonly Refusal[] {
  return when(localDate(start, timeZone) !== localDate(end - 1, timeZone), BAD);
}
