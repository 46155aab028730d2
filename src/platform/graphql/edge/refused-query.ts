import { GraphQLError } from 'graphql';
import { ErrorCode } from '../../../foundation/errors/error-code.ts';

/** A query that asks for too much of something, with the figures. */
export function tooMuch(figure: string, found: number, most: number, help: string): GraphQLError {
  return refusedQuery(
    `The query's ${figure} is ${told(found) ?? 'beyond counting'}, and ${most} is the most: ${help}.`,
    { [figure]: told(found), most },
  );
}

/** Over HTTP it is 400, as what fails validation is. */
export function refusedQuery(message: string, details?: object): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: ErrorCode.BAD_USER_INPUT, ...(details && { details }), http: { status: 400 } },
  });
}

/** JSON has no infinity. */
export function told(figure: number): number | null {
  return figure === Infinity ? null : figure;
}
