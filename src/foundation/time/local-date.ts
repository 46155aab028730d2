import { LRUCache } from 'lru-cache';
import { Temporal } from 'temporal-polyfill';

/** A calendar date in an organization's time zone, `YYYY-MM-DD`, of the years 1000 to 9999; compares as a string. */
export type LocalDate = string;

/** Formatters by time zone: slow to make, then ten times as fast as a ZonedDateTime, which uses one underneath. */
const calendars = new LRUCache<string, Intl.DateTimeFormat>({ max: 100, memoMethod: calendarOf });

/** The date on the wall calendar of a time zone at an instant. */
export function localDate(instant: Date, timeZone: string): LocalDate {
  const [month, day, year] = calendars.memo(timeZone).format(instant).split('/');
  return `${year}-${month}-${day}`;
}

/** The first instant of a local date: not always midnight, since a few zones skip it when their clocks change. */
export function startOfLocalDate(date: LocalDate, timeZone: string): Date {
  const start = Temporal.PlainDate.from(date).toZonedDateTime({ timeZone });
  return new Date(start.epochMilliseconds);
}

/** The local date that many days later (or earlier, below 0). */
export function plusDays(date: LocalDate, days: number): LocalDate {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** The instant of a wall-clock time; of a doubled hour the first, as RFC 5545 has it. */
export function instantAt(date: LocalDate, time: string, timeZone: string): Date {
  const at = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(timeZone, { disambiguation: 'compatible' });
  return new Date(at.epochMilliseconds);
}

/** An IANA zone by its name. Offsets such as +05:00 are refused: they know nothing of daylight saving time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** American: MM/DD/YYYY, whatever the locale of this process. */
function calendarOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
}
