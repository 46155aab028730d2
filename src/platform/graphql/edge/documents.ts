import type { ApolloServerPlugin } from '@apollo/server';
import { Injectable } from '@nestjs/common';
import type { GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { extensionsWithout } from './extensions.ts';

/** What is wrong with a document, in the words in which it was told; nothing where it is valid. */
type Faults = readonly GraphQLFormattedError[];

const VALID: Faults = [];
/** Characters of all documents that are remembered, of valid and of wrong ones each. */
const MOST_TEXT = 1_000_000;
const CHARACTERS_OF_A_FAULT = 500;

/**
 * Which documents were looked through before, and what was wrong with them: to read and validate one costs more than to
 * answer most of them, so that a bad one is refused from memory when it comes again, and only what is new counts against
 * its sender.
 */
@Injectable()
export class Documents {
  private readonly valid = new LRUCache<string, true>({
    maxSize: MOST_TEXT,
    sizeCalculation: (_, text) => Math.max(1, text.length),
  });
  /** Apart from those: wrong ones do not make clients' own documents forgotten. */
  private readonly wrong = new LRUCache<string, Faults>({
    maxSize: MOST_TEXT,
    sizeCalculation: (faults, text) => Math.max(1, text.length) + faults.length * CHARACTERS_OF_A_FAULT,
  });

  /** Undefined: it is new. */
  faultsOf(text: string): Faults | undefined {
    return (this.valid.get(text) && VALID) ?? this.wrong.get(text);
  }

  /** It was refused before it came to be validated. */
  remember(text: string, faults: Faults): void {
    this.wrong.set(text, faults);
  }

  /** Remembers each document that was looked through. */
  readonly plugin: ApolloServerPlugin = {
    requestDidStart: () => {
      let isBad = false;
      return Promise.resolve({
        parsingDidStart: () =>
          Promise.resolve((error?: Error) => {
            isBad = error !== undefined;
            return Promise.resolve();
          }),
        validationDidStart: () =>
          Promise.resolve((errors?: readonly Error[]) => {
            isBad = errors !== undefined && errors.length > 0;
            return Promise.resolve();
          }),
        didResolveOperation: ({ source }) => {
          if (!this.valid.get(source)) this.valid.set(source, true);
          return Promise.resolve();
        },
        willSendResponse: ({ source, response: { body } }) => {
          if (isBad && body.kind === 'single')
            this.wrong.set(source, (body.singleResult.errors ?? []).map(withoutRequest));
          return Promise.resolve();
        },
      });
    },
  };
}

/** The next request that it is told has an id of its own. */
function withoutRequest({ extensions, ...error }: GraphQLFormattedError): GraphQLFormattedError {
  return { ...error, extensions: extensionsWithout(extensions, 'requestId') };
}
