import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import { Beside } from '../../../foundation/request-context/beside.ts';
import type { HeldRequest } from '../../../foundation/request-context/ctx.decorator.ts';

/** Objects that an operation may read, from which on its fields of Query wait for each other. */
const LARGE = 2_000;

interface Context {
  readonly request: HeldRequest;
}

/** Of a request, the field of Query that is read now. */
const reading = new Beside<Context, Promise<unknown>>();

/**
 * Lets the fields of Query of a large operation be read one after the other: what all of them have read would otherwise be
 * answered at one moment, in which nobody else is served.
 */
export function oneByOne(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const { resolve } = field;
    if (!resolve) continue;
    field.resolve = (row, args, context: Context, info) => {
      const { expected, roots } = context.request.holder.current.effort;
      if (roots < 2 || expected < LARGE) return resolve(row, args, context, info);
      const before = reading.get(context) ?? Promise.resolve();
      const value = before.then(() => resolve(row, args, context, info));
      // one that fails is no reason for the others to
      const over = (): Promise<void> => nextTurn();
      reading.set(context, value.then(over, over));
      return value;
    };
  }
  return schema;
}
