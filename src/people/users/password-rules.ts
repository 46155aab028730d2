import { BadUserInput } from '../../foundation/errors/domain-error.ts';
import { textProblem } from '../../platform/graphql/inputs/validation.ts';
import { LONGEST_PASSWORD, normalPassword, SHORTEST_PASSWORD } from './passwords.ts';

let common: Promise<ReadonlySet<string>> | undefined;

/**
 * What a new password must be; a login asks none of it. Length and a list of what everybody tries first, and no rules of
 * which characters (NIST SP 800-63B, 5.1.1.2).
 *
 * @throws BadUserInput under this field, with what to do
 */
export async function requireGoodPassword(field: string, password: string, email?: string): Promise<void> {
  const problem = textProblem(password, SHORTEST_PASSWORD, LONGEST_PASSWORD);
  if (problem) throw new BadUserInput({ [field]: problem });
  if (email !== undefined) requireOtherThanEmail(field, password, email);
  common ??= commonPasswords();
  if ((await common).has(normalPassword(password).toLowerCase()))
    throw new BadUserInput({
      [field]: 'is a common password, which is tried first: choose another, such as four words',
    });
}

/** @throws BadUserInput the password is the email, or the part of it before the @ */
export function requireOtherThanEmail(field: string, password: string, email: string): void {
  const given = normalPassword(password).trim().toLowerCase();
  if ([email.toLowerCase(), email.toLowerCase().split('@')[0]].includes(given))
    throw new BadUserInput({ [field]: 'must not be the email address: choose another, such as four words' });
}

/** Read with the first new password: most processes never see one. All in lower case. */
async function commonPasswords(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common'].filter(({ length }) => length >= SHORTEST_PASSWORD));
}
