/** What calendars and clocks on the wall show in a time zone. By Intl alone, and instants in milliseconds. */

const formats = new Map<string, Intl.DateTimeFormat>();

function format(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  const made = new Intl.DateTimeFormat('en-CA', { timeZone, hourCycle: 'h23', ...parts });
  formats.set(timeZone, made);
  return made;
}

/** `YYYY-MM-DD HH:MM` */
export function wallClock(instant: number, timeZone: string): string {
  const parts = new Map(
    format(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const of = (type: keyof Intl.DateTimeFormatPartTypesRegistry): string => parts.get(type) ?? '';
  return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}`;
}

/** `YYYY-MM-DD`; such dates compare as strings. */
export function localDate(instant: number, timeZone: string): string {
  return wallClock(instant, timeZone).slice(0, 10);
}

/** The instant at which the wall shows this; of a doubled hour the first. A skipped hour is told as if it were not. */
export function instantOf(date: string, time: string, timeZone: string): number {
  const asUtc = Date.parse(`${date}T${time}:00Z`);
  const candidates = [-26, 26].map((hours) => {
    const near = asUtc + hours * 3_600_000;
    return asUtc - (Date.parse(`${wallClock(near, timeZone).replace(' ', 'T')}:00Z`) - near);
  });
  const shown = candidates.filter((instant) => wallClock(instant, timeZone) === `${date} ${time}`);
  return Math.min(...(shown.length ? shown : candidates));
}

export function plusDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
