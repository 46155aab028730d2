import {
  getNullableType,
  isInputObjectType,
  isListType,
  typeFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { BadUserInput } from '../../../foundation/errors/domain-error.ts';
import { LONGEST_LIST, TOO_LONG } from '../inputs/value-lists.ts';
import { refusedQuery } from './refused-query.ts';

/**
 * Refuses lists that nobody means before GraphQL looks at each of their values, and again for each field that they are given
 * to. By their types: what a client stores as JSON is no list of ours. Those that a document spells out are bounded by its
 * tokens.
 *
 * @throws GraphQLError with the field
 */
export function requireShortLists(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  for (const { variable, type } of variableDefinitions) {
    const { value: name } = variable.name;
    const path = longListIn(typeFromAST(schema, type) as GraphQLInputType | undefined, variables[name]);
    if (!path) continue;
    const { message, details } = new BadUserInput({ [path.join('.') || name]: TOO_LONG });
    throw refusedQuery(message, details);
  }
}

/** The names that lead to a list that is too long, if one is. */
function longListIn(sent: GraphQLInputType | undefined, value: unknown): string[] | undefined {
  const type = getNullableType(sent);
  if (isListType(type) && Array.isArray(value)) {
    if (value.length > LONGEST_LIST) return [];
    return firstOf(value, (one) => longListIn(type.ofType as GraphQLInputType, one));
  }
  if (!isInputObjectType(type) || typeof value !== 'object' || value === null) return undefined;
  return firstOf(Object.values(type.getFields()), (field) => {
    const below = longListIn(field.type, (value as Readonly<Record<string, unknown>>)[field.name]);
    return below && [field.name, ...below];
  });
}

function firstOf<One, Found>(all: readonly One[], find: (one: One) => Found | undefined): Found | undefined {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}
