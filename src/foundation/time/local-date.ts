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

/** IANA names that look like abbreviations and are none. */
const SHORT_NAMES = new Set(['UTC', 'GB', 'NZ', 'PRC', 'ROC', 'ROK']);

/**
 * A time zone by its IANA name, in the spelling of the IANA database, whatever the case it is given in; undefined where it is
 * none. An older name stays what it is (Asia/Calcutta): both are known everywhere, and which of the two is the newer one
 * changes from year to year. Offsets (+05:00, Etc/GMT-5) and what holds one (EST5EDT, SystemV/AST4) know nothing of the
 * place's rules, and abbreviations (EST, CET, IST) are read otherwise here than there.
 */
export function timeZoneNamed(name: string): string | undefined {
  if (!/^[A-Za-z_/-]{1,64}$/.test(name)) return undefined;
  try {
    const { timeZoneId } = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return !/^[A-Z]{1,5}$/.test(timeZoneId) || SHORT_NAMES.has(timeZoneId) ? timeZoneId : undefined;
  } catch {
    return undefined;
  }
}

/** The local date at one instant, reckoned once for each time zone. */
export function localDatesAt(instant: Date): (timeZone: string) => LocalDate {
  const dates = new Map<string, LocalDate>();
  return (timeZone) => {
    const date = dates.get(timeZone) ?? localDate(instant, timeZone);
    dates.set(timeZone, date);
    return date;
  };
}

/** American: MM/DD/YYYY, whatever the locale of this process. */
function calendarOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
}
