import { Injectable, ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';
import { BadUserInput } from '../../../foundation/errors/domain-error.ts';

/** Checks every input against its class; what is wrong is BAD_USER_INPUT with the fields' paths in details. */
@Injectable()
export class InputPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true, // ids and emails arrive in the one spelling that is kept
      forbidUnknownValues: false,
      validationError: { target: false, value: false },
      exceptionFactory: (errors) => new BadUserInput(fieldsOf(errors)),
    });
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'query' && metadata.metatype && typeof value === 'object' && value !== null)
      requireKnown(value, metadata.metatype);
    return super.transform(value, metadata) as Promise<unknown>;
  }
}

/**
 * A misspelt filter must not answer with everything. Not left to class-validator's whitelist, which takes `constructor` for
 * a property.
 *
 * @throws BadUserInput
 */
function requireKnown(query: object, type: object): void {
  const checks = getMetadataStorage().getTargetValidationMetadatas(type as () => void, '', false, false);
  const known = new Set(checks.map(({ propertyName }) => propertyName));
  const unknown = Object.keys(query).filter((name) => !known.has(name));
  if (unknown.length)
    throw new BadUserInput(Object.fromEntries(unknown.map((name) => [name, 'is no parameter of this call'])));
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
