import { Extensions } from '@nestjs/graphql';
import { isObjectType, type GraphQLField, type GraphQLSchema } from 'graphql';

/** On a row: values of its relation fields, by their names. */
const ATTACHED = Symbol('attached');

interface Holder {
  [ATTACHED]?: Record<string, unknown>;
}

const ATTACHABLE = 'attachable';

/** On a relation field: answers what was read along with its row, where something was (access/read-ahead.ts). */
export const Attachable = (): PropertyDecorator & MethodDecorator => Extensions({ [ATTACHABLE]: true });

/** Gives a row the value of a relation field that was read along with it, for a caller who may pass the field's door. */
export function attach(row: object, field: string, value: unknown): void {
  ((row as Holder)[ATTACHED] ??= {})[field] = value;
}

export function isAttached(row: object, field: string): boolean {
  return attachedTo(row, field) !== undefined;
}

/** Undefined where nothing is attached: the field's own door has to be asked. */
export function attachedTo(row: object, field: string): unknown {
  return (row as Holder)[ATTACHED]?.[field];
}

export function isAttachable({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): boolean {
  return extensions[ATTACHABLE] === true;
}

/**
 * Such a field answers what is attached, at once: its door was asked once for all rows of the list, when it was read.
 * Where nothing is attached it goes through its guards and filters as any other.
 */
export function answersAttached(schema: GraphQLSchema): GraphQLSchema {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  for (const field of types.flatMap((type) => Object.values(type.getFields()))) {
    const { name, resolve } = field;
    if (resolve && isAttachable(field))
      field.resolve = (row: object, ...rest) => {
        const value = attachedTo(row, name);
        return value === undefined ? resolve(row, ...rest) : value;
      };
  }
  return schema;
}
