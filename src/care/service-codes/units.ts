/** How the minutes of a service become billing units. */
export interface UnitRule {
  readonly timed: boolean;
  readonly unitMinutes: number;
  readonly roundUpAtMinutes: number;
  readonly zeroBelowMinutes: number;
}

/**
 * Billing units of a visit: 0 below `zeroBelowMinutes`, else whole units and one more from `roundUpAtMinutes` on.
 * 15/8/8 is the CMS eight-minute rule for one code. An untimed service is one unit, whatever its length above zero.
 *
 * @param minutes whole elapsed minutes
 */
export function unitsFor(minutes: number, rule: UnitRule): number {
  if (!rule.timed) return minutes > 0 ? 1 : 0;
  if (minutes < rule.zeroBelowMinutes) return 0;
  const roundedUp = minutes % rule.unitMinutes >= rule.roundUpAtMinutes ? 1 : 0;
  return Math.floor(minutes / rule.unitMinutes) + roundedUp;
}
