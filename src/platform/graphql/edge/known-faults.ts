import type { GraphQLFormattedError } from 'graphql';

/** A document that is known to be wrong has come again: it is told so in the same words. */
export class KnownFaults extends Error {
  constructor(readonly errors: readonly GraphQLFormattedError[]) {
    super('The document is known to be wrong');
  }
}
