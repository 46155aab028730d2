import { applyDecorators } from '@nestjs/common';
import { isEmail, ValidateBy } from 'class-validator';
import { NormalText } from '../../platform/graphql/inputs/input-class.ts';
import { IsLine } from '../../platform/graphql/inputs/validation.ts';

export const LONGEST_EMAIL = 254;

/** The one spelling in which emails are kept and looked up. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** An email as somebody types it, for checking: the spaces around it and its capitals do not count. */
export const NormalEmail = (): PropertyDecorator => NormalText(normalEmail);

/** The library's own check throws at half a surrogate pair. */
const IsEmail = (): PropertyDecorator =>
  ValidateBy({
    name: 'isEmail',
    validator: {
      validate: (value) => typeof value === 'string' && !/\p{Cs}/u.test(value) && isEmail(value),
      defaultMessage: () => 'must be an email address',
    },
  });

/** The email of an account. */
export const IsAccountEmail = (): PropertyDecorator =>
  applyDecorators(NormalEmail(), IsLine({ max: LONGEST_EMAIL }), IsEmail());
