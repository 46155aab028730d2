import type { GraphQLErrorExtensions } from 'graphql';

/** What an error's extensions have besides one of them. */
export function extensionsWithout(
  extensions: GraphQLErrorExtensions | undefined,
  name: 'http' | 'requestId',
): GraphQLErrorExtensions {
  return Object.fromEntries(Object.entries(extensions ?? {}).filter(([key]) => key !== name));
}
