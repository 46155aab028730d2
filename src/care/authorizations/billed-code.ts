import { BadUserInput } from '../../foundation/errors/domain-error.ts';
import type { UnitRule } from '../service-codes/units.ts';

/** A service that an authorization covers. */
export interface BillableCode extends UnitRule {
  readonly id: string;
  readonly code: string;
}

/**
 * The service that a visit is billed as. Left out, it is the only one that the authorization covers.
 *
 * @throws BadUserInput not covered, or left out where there are several
 */
export function billedCode(covered: readonly BillableCode[], code: string | null | undefined): BillableCode {
  if (code == null && covered.length > 1)
    throw new BadUserInput({ serviceCode: 'say which: the authorization covers several' });
  return required(covered.find((each) => code == null || each.code === code));
}

/**
 * The service of a visit that goes on being billed as it was.
 *
 * @throws BadUserInput the authorization does not cover it
 */
export function keptCode(covered: readonly BillableCode[], serviceCodeId: string): BillableCode {
  return required(covered.find((each) => each.id === serviceCodeId));
}

function required(code: BillableCode | undefined): BillableCode {
  if (!code) throw new BadUserInput({ serviceCode: 'the authorization does not cover it' });
  return code;
}
