import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsUUID, registerDecorator, ValidateIf, type ValidationArguments } from 'class-validator';

/** All control characters but tab, CR and LF; and halves of surrogate pairs, which UTF-8 cannot hold. */
const NOT_TEXT = /[^\P{Cc}\t\r\n]|\p{Cs}/u;
const LINE_BREAK_OR_TAB = /[\t\r\n]/;
const DEEPEST_JSON = 32;

export interface Length {
  readonly min?: number;
  readonly max: number;
}

/** The field may be left out or null. */
export const Optional = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined && value !== null);

/** An id, in lower case as we give them out: code compares them as strings. */
export const IsId = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value)),
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

/** A JSON object that PostgreSQL can keep: no control characters in any string, not too deep, not too large. */
export function IsJsonObject({ maxBytes }: { maxBytes: number }): PropertyDecorator {
  return check('isJsonObject', (value) => {
    const problem = jsonProblem(value, 0);
    if (problem) return problem;
    return Buffer.byteLength(JSON.stringify(value)) > maxBytes
      ? `must be at most ${maxBytes} bytes of JSON`
      : undefined;
  });
}

/** Why this is no such text; undefined when it is. */
export function textProblem(value: unknown, min: number, max: number): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  const length = value.length > max * 2 ? value.length : Array.from(value).length;
  if (length < min) return min === 1 ? 'must not be empty' : `must have at least ${min} characters`;
  if (length > max) return `must have at most ${max} characters`;
  return NOT_TEXT.test(value) ? 'must not hold control characters' : undefined;
}

/** Why PostgreSQL could not keep this JSON, or nobody can mean it; undefined when it can. */
export function jsonProblem(value: unknown, depth: number): string | undefined {
  if (depth > DEEPEST_JSON) return `must be at most ${DEEPEST_JSON} levels deep`;
  if (typeof value === 'string') return textProblem(value, 0, Number.MAX_SAFE_INTEGER);
  if (typeof value === 'number' && !Number.isFinite(value)) return 'must hold finite numbers';
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const problem = textProblem(key, 0, Number.MAX_SAFE_INTEGER) ?? jsonProblem(inner, depth + 1);
    if (problem) return problem;
  }
  return undefined;
}

function check(name: string, problemOf: (value: unknown) => string | undefined, length?: Length): PropertyDecorator {
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
