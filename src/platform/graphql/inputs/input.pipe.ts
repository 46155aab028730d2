import { Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { BadUserInput } from '../../../foundation/errors/domain-error.ts';
import { inputOf } from './input-class.ts';
import { LONGEST_LIST, TOO_LONG } from './value-lists.ts';

/** What Nest tells of a parameter whose type is no class of ours. */
const NO_INPUTS = new Set<unknown>([undefined, Object, String, Number, Boolean, Array, Date]);

/**
 * Checks every input against its class; what is wrong is BAD_USER_INPUT with the fields' paths in details. Not Nest's
 * ValidationPipe: it deletes keys of what was sent, and copies the rest by class-transformer (see `inputOf`).
 */
@Injectable()
export class InputPipe implements PipeTransform {
  transform(sent: unknown, { type, metatype }: ArgumentMetadata): unknown {
    // what our own decorators inject has pipes of its own
    if (type === 'custom' || NO_INPUTS.has(metatype)) return sent;
    const fields = sent ?? {}; // an input that may be left out: all of its fields are
    if (typeof fields !== 'object') throw new BadUserInput({ [type]: 'must be an object' });
    if (type === 'query') requireKnown(fields, metatype as Type<object>, 'is no parameter of this call');
    return checkedInput(metatype as Type<object>, fields);
  }
}

/** @throws BadUserInput with each wrong field's path */
export function checkedInput<Input extends object>(type: Type<Input>, sent: object): Input {
  const input = inputOf(type, sent);
  requireShort(input);
  const errors = validateSync(input, {
    forbidUnknownValues: false,
    validationError: { target: false, value: false },
  });
  if (errors.length) throw new BadUserInput(fieldsOf(errors));
  return input;
}

/** @throws BadUserInput a list of which each value would be asked whether it is right */
function requireShort(input: object): void {
  for (const [field, value] of Object.entries(input) as [string, unknown][])
    if (Array.isArray(value) && value.length > LONGEST_LIST) throw new BadUserInput({ [field]: TOO_LONG });
}

/**
 * A misspelt filter must not answer with everything. Not left to class-validator's whitelist, which takes `constructor` for
 * a property.
 *
 * @throws BadUserInput
 */
export function requireKnown(sent: object, type: Type<object>, said: string): void {
  const checks = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const known = new Set(checks.map(({ propertyName }) => propertyName));
  const unknown = Object.keys(sent).filter((name) => !known.has(name));
  const told = unknown.map((name): [string, string] => (name ? [name, said] : ['body', 'has a field without a name']));
  if (told.length) throw new BadUserInput(Object.fromEntries(told));
}

function fieldsOf(errors: readonly ValidationError[], path = ''): Record<string, string[]> {
  return Object.assign(
    {},
    ...errors.map(({ property, constraints, children }) => ({
      ...(constraints && {
        [path + property]: Object.values(constraints).map((said) => withoutName(said, property)),
      }),
      ...fieldsOf(children ?? [], `${path}${property}.`),
    })),
  ) as Record<string, string[]>;
}

/** class-validator's own words begin with the field, which is told beside them. */
function withoutName(said: string, property: string): string {
  const [each, named] = [`each value in ${property} `, `${property} `];
  if (said.startsWith(each)) return `each value ${said.slice(each.length)}`;
  return said.startsWith(named) ? said.slice(named.length) : said;
}
