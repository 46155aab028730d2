import { BadUserInput } from '../../foundation/errors/domain-error.ts';
import type { UnitRule } from './units.ts';

export const SERVICE_CODE = /^[A-Za-z0-9.-]{1,20}$/;
/** No visit is longer. */
const MOST_MINUTES = 720;

/** @throws BadUserInput */
export function requireCode(code: string): void {
  if (!SERVICE_CODE.test(code)) throw new BadUserInput({ code: 'must be 1 to 20 letters, digits, dots or hyphens' });
}

/**
 * Checks the settings together, since a change of one can make another senseless.
 *
 * @param sent what the caller sent of them: where roundUpAtMinutes was not, it is unitMinutes that is too small for it
 * @throws BadUserInput
 */
export function requireUnitRule(rule: UnitRule, sent: { readonly roundUpAtMinutes?: number | null }): void {
  const { unitMinutes, roundUpAtMinutes } = rule;
  const wrong = Object.entries({
    unitMinutes:
      notWithin(unitMinutes, 1, MOST_MINUTES) ??
      (sent.roundUpAtMinutes == null && unitMinutes < roundUpAtMinutes
        ? `must not be less than roundUpAtMinutes, which is ${roundUpAtMinutes}`
        : undefined),
    roundUpAtMinutes:
      sent.roundUpAtMinutes == null ? undefined : notWithin(roundUpAtMinutes, 1, unitMinutes, 'unitMinutes'),
    zeroBelowMinutes: notWithin(rule.zeroBelowMinutes, 0, MOST_MINUTES),
  }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (wrong.length) throw new BadUserInput(Object.fromEntries(wrong));
}

function notWithin(minutes: number, least: number, most: number, nameOfMost = String(most)): string | undefined {
  const within = Number.isInteger(minutes) && minutes >= least && minutes <= most;
  return within ? undefined : `must be a whole number from ${least} to ${nameOfMost}`;
}
