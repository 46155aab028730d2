import { Extensions } from '@nestjs/graphql';
import type { GraphQLField } from 'graphql';

type WithExtensions = Pick<GraphQLField<unknown, unknown>, 'extensions'>;

const CHARACTERS = 'characters';
/** Characters that weigh as much as another object. */
const OF_AN_OBJECT = 2_000;

/** A field that may hold so many characters: it counts in a query's cost as the objects that it may be as large as. */
export const LongText = (characters: number): PropertyDecorator => Extensions({ [CHARACTERS]: characters });

/** 0 for all that are not long. */
export function charactersOf({ extensions }: WithExtensions): number {
  return (extensions[CHARACTERS] as number | undefined) ?? 0;
}

/** In objects. */
export function weightOf(field: WithExtensions): number {
  return Math.ceil(charactersOf(field) / OF_AN_OBJECT);
}
