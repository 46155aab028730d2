const HOUR_MS = 3_600_000;

interface Busy {
  readonly startTime: string;
  readonly endTime: string;
}

/** The first full hour from then on that overlaps none of these visits. Somebody may still be faster: the server decides. */
export function freeHour(from: Date, visits: readonly Busy[]): Busy {
  let start = Math.ceil(from.getTime() / HOUR_MS) * HOUR_MS;
  const isTaken = ({ startTime, endTime }: Busy): boolean =>
    Date.parse(startTime) < start + HOUR_MS && Date.parse(endTime) > start;
  while (visits.some(isTaken)) start += HOUR_MS;
  return { startTime: new Date(start).toISOString(), endTime: new Date(start + HOUR_MS).toISOString() };
}
