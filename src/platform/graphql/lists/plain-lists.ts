import { Extensions } from '@nestjs/graphql';
import type { GraphQLField } from 'graphql';
import { LARGEST_PAGE } from './page-args.ts';

const MOST = 'most';

/** Rows of a list without pages, at most. */
export const MOST_OF_A_PLAIN_LIST = LARGEST_PAGE;

/** On a list that is shorter by its rules. */
export const AtMost = (rows: number): PropertyDecorator & MethodDecorator => Extensions({ [MOST]: rows });

export function mostOf({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): number {
  return (extensions[MOST] as number | undefined) ?? MOST_OF_A_PLAIN_LIST;
}
