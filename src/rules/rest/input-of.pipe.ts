import { Injectable, mixin, type PipeTransform, type Type } from '@nestjs/common';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { coerceInputValue, isInputObjectType } from 'graphql';
import { BadUserInput } from '../../foundation/errors/domain-error.ts';
import { fieldNamedIn, inPlainWords } from '../../platform/graphql/edge/plain-words.ts';
import { checkedInput, requireKnown } from '../../platform/graphql/inputs/input.pipe.ts';

export type InputClass = new () => object;

/** What else there is, the OpenAPI document tells. */
const HIDE_SUGGESTIONS = true;

const pipes = new Map<InputClass, Type<PipeTransform>>();

/**
 * Reads what a REST call sends by the rules of the GraphQL input of the same name: its types and required fields first,
 * then the checks of its class. So no rule stands twice, and an unknown field is told instead of being overlooked.
 *
 * @throws BadUserInput by the pipe, with each wrong field's path
 */
export function InputOf(input: InputClass): Type<PipeTransform> {
  const known = pipes.get(input);
  if (known) return known;

  @Injectable()
  class InputOfPipe implements PipeTransform {
    constructor(private readonly host: GraphQLSchemaHost) {}

    transform(sent: object): object {
      return checkedInput<object>(input, this.coerced(this.withoutUselessKey(sent)));
    }

    /** A client may send Idempotency-Key with every call: where there is nothing that it could repeat, it means nothing. */
    private withoutUselessKey(sent: object): object {
      const type = this.host.schema.getType(input.name);
      if (isInputObjectType(type) && 'idempotencyKey' in type.getFields()) return sent;
      return Object.fromEntries(Object.entries(sent).filter(([name]) => name !== 'idempotencyKey'));
    }

    private coerced(sent: object): object {
      const type = this.host.schema.getType(input.name);
      if (!isInputObjectType(type)) {
        requireKnown(sent, input, 'is not a field of this input'); // arguments of their own, such as a refresh token
        return sent;
      }
      // a client names the fields: one called `constructor` is found in every object
      const wrong = new Map<string, string[]>();
      const note: Parameters<typeof coerceInputValue>[2] = (path, _, { message }) => {
        const field = fieldOf(path, message);
        wrong.set(field, [...(wrong.get(field) ?? []), inPlainWords(message)]);
      };
      const value: unknown = coerceInputValue(sent, type, note, HIDE_SUGGESTIONS);
      if (wrong.size) throw new BadUserInput(Object.fromEntries(wrong));
      return value as object;
    }
  }
  const pipe = mixin(InputOfPipe);
  pipes.set(input, pipe);
  return pipe;
}

/** As GraphQL tells it: without positions in lists. */
function fieldOf(path: readonly (string | number)[], message: string): string {
  const names = [...path, fieldNamedIn(message)].filter((name) => typeof name === 'string');
  return names.join('.') || 'body';
}
