import { randomInt } from 'node:crypto';

export const RECOVERY_CODES = 10;

/** Without what looks alike. 12 of 32 are 60 bits. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const GROUP = 4;

/** Such as `7KQ2-M9XP-HB4T`: letters, so that none passes for a code of the app. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => [0, 1, 2].map(newGroup).join('-'));
}

/** The one spelling of a code, of either kind, that is checked and hashed. */
export function normalCode(code: string): string {
  return code.replace(/[\s-]/g, '').toUpperCase();
}

function newGroup(): string {
  return Array.from({ length: GROUP }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
