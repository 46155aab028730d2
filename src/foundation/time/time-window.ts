import { BadUserInput } from '../errors/domain-error.ts';
import { localDate, type LocalDate } from './local-date.ts';

export const MINUTE = 60_000;
export const LONGEST_VISIT_HOURS = 12;

/** Whole elapsed minutes; seconds are cut off (7:59 is 7). */
export function minutesBetween(start: Date, end: Date): number {
  return Math.floor((end.getTime() - start.getTime()) / MINUTE);
}

/** What a caller sent, by the names of its fields; null is as good as left out. */
type Sent = Readonly<Record<string, unknown>>;

/** The fields that a window is given by. */
interface Names {
  readonly start: string;
  readonly end: string;
}

const BOOKED: Names = { start: 'startTime', end: 'endTime' };

/** The half-open interval [start, end) of a visit: 9-10 and 10-11 do not touch. Elapsed time, never wall-clock. */
export class TimeWindow {
  private constructor(
    readonly start: Date,
    readonly end: Date,
    /** The field that is named where the window cannot be. */
    private readonly blamed: string,
  ) {}

  /**
   * The window of a visit that is to be booked.
   *
   * @param sent what the caller sent; a time that is not among it is the appointment's own. Left out: both were sent
   * @throws BadUserInput shorter than 1 minute or longer than 12 hours
   */
  static toBook(start: Date, end: Date, sent?: object): TimeWindow {
    const window = TimeWindow.delivered(start, end, BOOKED, sent);
    if (window.minutes < 1) throw window.refusal('a visit lasts at least 1 minute');
    return window;
  }

  /**
   * The window of a visit that has happened: it may have been shorter than a minute.
   *
   * @param sent as of `toBook`
   * @throws BadUserInput no longer than 0, or longer than 12 hours
   */
  static delivered(start: Date, end: Date, names: Names, sent?: object): TimeWindow {
    const { [names.start]: sentStart, [names.end]: sentEnd } = (sent ?? {}) as Sent;
    const startAlone = sentStart != null && sentEnd == null;
    const window = new TimeWindow(start, end, startAlone ? names.start : names.end);
    if (end <= start)
      throw window.refusal(startAlone ? 'must be before the end of the visit' : `must be after ${names.start}`);
    if (end.getTime() - start.getTime() > LONGEST_VISIT_HOURS * 60 * MINUTE)
      throw window.refusal(`a visit lasts at most ${LONGEST_VISIT_HOURS} hours`);
    return window;
  }

  /** Why this cannot be the time of the visit, under the field that was sent: the end, unless the start came alone. */
  refusal(said: string): BadUserInput {
    return new BadUserInput({ [this.blamed]: said });
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
      throw this.refusal(`a visit ends on the date it starts on (${timeZone}), at midnight at the latest`);
    return date;
  }
}
