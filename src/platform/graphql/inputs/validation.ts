import { applyDecorators } from '@nestjs/common';
import { IsUUID, registerDecorator, ValidateIf, type ValidationArguments } from 'class-validator';
import { NormalText } from './input-class.ts';

/** All control characters but tab, CR and LF; and halves of surrogate pairs, which UTF-8 cannot hold. */
const NOT_TEXT = /[^\P{Cc}\t\r\n]|\p{Cs}/u;
const HALF_A_PAIR = /\p{Cs}/u;
const LINE_BREAK_OR_TAB = /[\t\r\n]/;

export interface Length {
  readonly min?: number;
  readonly max: number;
}

/** The field may be left out or null. */
export const Optional = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined && value !== null);

/** An id, in lower case as we give them out: code compares them as strings. */
export const IsId = (): PropertyDecorator =>
  applyDecorators(
    NormalText((id) => id.toLowerCase()),
    IsUUID('all', { message: 'must be an id (a UUID)' }),
  );

/** Text of several lines. Lengths are counted in characters, not bytes; white space around it makes it no longer. */
export function IsText({ min = 1, max }: Length): PropertyDecorator {
  return check('isText', (value) => textProblem(value, 0, max) ?? textProblem((value as string).trim(), min, max), {
    min,
    max,
  });
}

/** Text of one line: a name, a number, a key. Not blank, unless it may be empty. */
export function IsLine({ min = 1, max }: Length): PropertyDecorator {
  return check(
    'isLine',
    (value) => {
      const problem = textProblem(value, min, max);
      if (problem) return problem;
      if (LINE_BREAK_OR_TAB.test(value as string)) return 'must be one line without tabs';
      return min > 0 && !(value as string).trim() ? 'must not be blank' : undefined;
    },
    { min, max },
  );
}

/** Values of which none is there twice. A body holds 100,000: class-validator's ArrayUnique, which compares each pair, takes a minute. */
export function NoneTwice(): PropertyDecorator {
  return check('noneTwice', (values) =>
    Array.isArray(values) && new Set(values).size < values.length ? 'must not have the same value twice' : undefined,
  );
}

/**
 * What a browser would open by https, without credentials; kept as it was sent. Written with both slashes: a URL parser would
 * also take `https:host` or backslashes for them, and others that read the address would not.
 */
export function IsHttpsUrl({ max }: { max: number }): PropertyDecorator {
  return check('isHttpsUrl', (value) => {
    const problem = textProblem(value, 1, max);
    if (problem) return problem;
    const url = value as string;
    if (/[\s\p{Cc}\p{Cf}\\]/u.test(url)) return 'must not hold spaces, backslashes or characters that cannot be seen';
    if (!/^https:\/\/[^/?#]/i.test(url) || !URL.canParse(url)) return 'must be a URL that begins with https://';
    return /^https:\/\/[^/?#]*@/i.test(url) ? 'must hold neither user name nor password' : undefined;
  });
}

/** Why this is no such text; undefined when it is. */
export function textProblem(value: unknown, min: number, max: number): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  const length = value.length > max * 2 ? value.length : Array.from(value).length;
  if (length < min) return min === 1 ? 'must not be empty' : `must have at least ${min} characters`;
  if (length > max) return `must have at most ${max} characters`;
  if (!NOT_TEXT.test(value)) return undefined;
  return HALF_A_PAIR.test(value) ? 'must not hold half a surrogate pair' : 'must not hold control characters';
}

/** A check by a function that tells why a value is none. */
export function check(
  name: string,
  problemOf: (value: unknown) => string | undefined,
  length?: Length,
): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: property as string,
      constraints: length ? [length] : [], // the OpenAPI document tells them
      validator: {
        validate: (value: unknown) => problemOf(value) === undefined,
        defaultMessage: (args?: ValidationArguments) => problemOf(args?.value) ?? 'is not valid',
      },
    });
  };
}
