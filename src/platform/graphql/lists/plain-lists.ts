import { Extensions } from '@nestjs/graphql';
import { getNamedType, type GraphQLField } from 'graphql';
import { LARGEST_PAGE } from './page-args.ts';

const MOST = 'most';

/** Rows of a list without pages, at most. */
export const MOST_OF_A_PLAIN_LIST = LARGEST_PAGE;

/** The schema has no rows; how deep tools ask for it is theirs. */
const OF_THE_SCHEMA = 5;

/** On a list that is shorter by its rules. */
export const AtMost = (rows: number): PropertyDecorator & MethodDecorator => Extensions({ [MOST]: rows });

export function mostOf({ extensions, type }: Pick<GraphQLField<unknown, unknown>, 'extensions' | 'type'>): number {
  if (getNamedType(type).name.startsWith('__')) return OF_THE_SCHEMA;
  return (extensions[MOST] as number | undefined) ?? MOST_OF_A_PLAIN_LIST;
}
