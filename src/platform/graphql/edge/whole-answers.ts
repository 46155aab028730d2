import type { ApolloServerPlugin } from '@apollo/server';
import { isObjectType, OperationTypeNode, type GraphQLSchema } from 'graphql';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Beside } from '../../../foundation/request-context/beside.ts';
import { settle, type HeldRequest } from '../../../foundation/request-context/ctx.decorator.ts';
import { isProperty } from '../lists/projection.ts';
import { unlessDenied } from './error-edge.ts';

/** Of a request, what its fields still work on. */
const working = new Beside<object, Set<Promise<unknown>>>();

/**
 * Notes what the fields of a request work on, for `waitsForAll`. Around a field's doors: what it does before it asks them
 * counts, too.
 */
export function notesWork(schema: GraphQLSchema): GraphQLSchema {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  for (const field of types.flatMap((type) => Object.values(type.getFields()))) {
    const { resolve } = field;
    if (!resolve || isProperty(field)) continue;
    field.resolve = (row, args, context: object, info) => {
      const value: unknown = resolve(row, args, context, info);
      if (value instanceof Promise) note(context, value);
      return value;
    };
  }
  return schema;
}

/**
 * An error where null must not be takes the fields beside it along, and graphql-js answers at once, while they still read, or
 * are refused, and have yet to commit that to the trail. Such an answer waits for them: whoever has it can rely on
 * all that it set in motion having ended, and a shutdown cuts nothing off. Then what the request was denied is recorded; where
 * that fails, who was denied hears of the fault instead.
 */
export const waitsForAll: ApolloServerPlugin<{ request?: HeldRequest }> = {
  requestDidStart: ({ contextValue }) =>
    Promise.resolve({
      willSendResponse: async ({ operation, response: { body } }) => {
        const result = body.kind === 'single' ? body.singleResult : undefined;
        if (!result?.errors) return;
        const left = working.get(contextValue);
        while (left?.size) {
          await Promise.allSettled(left);
          await nextTurn(); // what was read may be asked for more
        }
        if (!contextValue.request) return;
        const { holder } = contextValue.request;
        await settle(holder).catch((fault: unknown) => {
          const isMutation = operation?.operation === OperationTypeNode.MUTATION;
          const { requestId } = holder.current.origin;
          result.errors = result.errors?.map((error) => unlessDenied(error, fault, requestId, isMutation));
        });
      },
    }),
};

function note(context: object, work: Promise<unknown>): void {
  const left = working.get(context) ?? new Set();
  working.set(context, left.add(work));
  const end = (): boolean => left.delete(work);
  work.then(end, end);
}
