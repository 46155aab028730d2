import { Injectable, Optional, ValidationPipe, type ValidationError, type ValidationPipeOptions } from '@nestjs/common';
import { BadUserInput } from '../errors/domain-error.ts';

/** Checks every input against its class; what is wrong is BAD_USER_INPUT with the fields' paths in details. */
@Injectable()
export class InputPipe extends ValidationPipe {
  constructor(@Optional() more?: ValidationPipeOptions) {
    super({
      transform: true, // ids and emails arrive in the one spelling that is kept
      forbidUnknownValues: false,
      validationError: { target: false, value: false },
      exceptionFactory: (errors) => new BadUserInput(fieldsOf(errors)),
      ...more,
    });
  }
}

function fieldsOf(errors: readonly ValidationError[], path = ''): Record<string, string[]> {
  return Object.assign(
    {},
    ...errors.map(({ property, constraints, children }) => ({
      ...(constraints && { [path + property]: Object.values(constraints) }),
      ...fieldsOf(children ?? [], `${path}${property}.`),
    })),
  ) as Record<string, string[]>;
}
