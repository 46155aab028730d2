import { BadUserInput } from '../errors/domain-error.ts';
import { localDate, type LocalDate } from './local-date.ts';

export const MINUTE = 60_000;
export const LONGEST_VISIT_HOURS = 12;

/** Whole elapsed minutes; seconds are cut off (7:59 is 7). */
export function minutesBetween(start: Date, end: Date): number {
  return Math.floor((end.getTime() - start.getTime()) / MINUTE);
}

/** The half-open interval [start, end) of a visit: 9-10 and 10-11 do not touch. Elapsed time, never wall-clock. */
export class TimeWindow {
  private constructor(
    readonly start: Date,
    readonly end: Date,
  ) {}

  /**
   * The window of a visit that is to be booked.
   *
   * @throws BadUserInput shorter than 1 minute or longer than 12 hours
   */
  static toBook(start: Date, end: Date): TimeWindow {
    const window = TimeWindow.delivered(start, end, { start: 'startTime', end: 'endTime' });
    if (window.minutes < 1) throw new BadUserInput({ endTime: 'a visit lasts at least 1 minute' });
    return window;
  }

  /**
   * The window of a visit that has happened: it may have been shorter than a minute.
   *
   * @throws BadUserInput no longer than 0, or longer than 12 hours
   */
  static delivered(start: Date, end: Date, names: { start: string; end: string }): TimeWindow {
    if (end <= start) throw new BadUserInput({ [names.end]: `must be after ${names.start}` });
    const window = new TimeWindow(start, end);
    if (end.getTime() - start.getTime() > LONGEST_VISIT_HOURS * 60 * MINUTE)
      throw new BadUserInput({ [names.end]: `a visit lasts at most ${LONGEST_VISIT_HOURS} hours` });
    return window;
  }

  get minutes(): number {
    return minutesBetween(this.start, this.end);
  }

  /** Whether something from `start` to `end` would be at the same time. */
  overlaps(start: Date, end: Date): boolean {
    return start < this.end && this.start < end;
  }

  /**
   * The local date that the visit starts and ends on; an end at the following midnight still counts as that date.
   *
   * @throws BadUserInput it ends on a later date
   */
  dateIn(timeZone: string): LocalDate {
    const date = localDate(this.start, timeZone);
    if (localDate(new Date(this.end.getTime() - 1), timeZone) !== date)
      throw new BadUserInput({
        endTime: `a visit ends on the date it starts on (${timeZone}), at midnight at the latest`,
      });
    return date;
  }
}
