/** A service code's settings, in minutes: domain.md, "Minutes to units". */
export interface Rule {
  readonly timed: boolean;
  readonly unitMinutes: number;
  readonly roundUpAtMinutes: number;
  readonly zeroBelowMinutes: number;
}

/** Units of so many whole minutes, counted one unit after the other. */
export function unitsOf(minutes: number, rule: Rule): number {
  if (!rule.timed) return minutes > 0 ? 1 : 0;
  if (minutes < rule.zeroBelowMinutes) return 0;
  let units = 0;
  let rest = minutes;
  for (; rest >= rule.unitMinutes; rest -= rule.unitMinutes) units++;
  return rest >= rule.roundUpAtMinutes ? units + 1 : units;
}

/** Whole elapsed minutes between two instants in milliseconds; seconds are cut off. */
export function minutesBetween(start: number, end: number): number {
  return Math.trunc((end - start) / 60_000);
}
