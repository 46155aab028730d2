import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import { ErrorCode } from '../../../foundation/errors/error-code.ts';

/** A request that was refused as a whole since there were too many is also 429 with Retry-After, as HTTP has it. */
export const tellsWhenToComeBack: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ response: { body, http } }) => {
        if (body.kind !== 'single') return Promise.resolve();
        const { data, errors = [] } = body.singleResult;
        const refused = Object.values(data ?? {}).every((value) => value === null);
        if (refused && errors.length > 0 && errors.every(isRateLimited)) {
          http.status = 429;
          http.headers.set('retry-after', String(Math.max(...errors.map(secondsOf))));
        }
        return Promise.resolve();
      },
    }),
};

function isRateLimited(error: GraphQLFormattedError): boolean {
  return error.extensions?.code === ErrorCode.RATE_LIMITED;
}

function secondsOf(error: GraphQLFormattedError): number {
  return (error.extensions?.details as { retryAfterSeconds: number }).retryAfterSeconds;
}
