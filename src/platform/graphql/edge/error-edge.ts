import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { Logger } from '@nestjs/common';
import { GraphQLError, OperationTypeNode, type GraphQLFormattedError, type ValidationRule } from 'graphql';
import { AnswerIncomplete, DomainError, TryAgain } from '../../../foundation/errors/domain-error.ts';
import { ErrorCode } from '../../../foundation/errors/error-code.ts';
import { reportFault } from '../../observability/fault.ts';
import type { HeldRequest } from '../../../foundation/request-context/ctx.decorator.ts';

const log = new Logger('ErrorEdge');

/** Codes that Apollo Server gives to requests it cannot run. */
const BAD_REQUESTS = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

const requestOf = new WeakMap<Error, string>();
const afterChange = new WeakSet<Error>();

/** Apollo gives formatError no request, so this notes beforehand whose errors they are, and which came after a change. */
export const namesRequestOfErrors: ApolloServerPlugin<{ request?: HeldRequest }> = {
  requestDidStart: () =>
    Promise.resolve({
      didEncounterErrors: ({ errors, contextValue, operation }) => {
        const requestId = contextValue.request?.holder.current.origin.requestId;
        for (const error of errors) {
          if (requestId) requestOf.set(error, requestId);
          // below the mutation's own field: it has committed, and its answer is being read
          if (operation?.operation === OperationTypeNode.MUTATION && (error.path?.length ?? 0) > 1)
            afterChange.add(error);
        }
        return Promise.resolve();
      },
    }),
};

/** graphql-js finds out while running, too late for a bad request, that there are no subscriptions. */
export const onlyKnownOperations: ValidationRule = (context) => ({
  OperationDefinition: (node) => {
    if (!context.getSchema().getRootType(node.operation))
      context.reportError(new GraphQLError(`This API has no ${node.operation}.`, { nodes: node }));
  },
});

/**
 * The one place where an error becomes an answer. The set of codes is closed: what is not a DomainError or a bad request
 * is INTERNAL_SERVER_ERROR with the request's id and nothing else, and is logged.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const requestId = error instanceof Error ? requestOf.get(error) : undefined;
  const thrown = unwrapResolverError(error);
  const changed = error instanceof Error && afterChange.has(error);
  const cause = changed && thrown instanceof TryAgain ? new AnswerIncomplete(thrown) : thrown;
  const where = { locations: formatted.locations, path: formatted.path };
  if (cause instanceof DomainError)
    return { message: cause.message, ...where, extensions: extensionsOf(cause, requestId) };
  const code = formatted.extensions?.code;
  if ((typeof code === 'string' && BAD_REQUESTS.has(code)) || isBadArgument(cause)) {
    const { message, fields } = withoutValues(formatted.message, error);
    const details = formatted.extensions?.details ?? { fields };
    return { message, ...where, extensions: { code: ErrorCode.BAD_USER_INPUT, details, requestId } };
  }
  reportFault(log, requestId, cause);
  return {
    message: 'Something went wrong on our side. Tell us the requestId.',
    ...where,
    extensions: { code: ErrorCode.INTERNAL_SERVER_ERROR, requestId },
  };
}

/** graphql-js finds some while it runs, such as a variable that is null where the argument must not be. */
function isBadArgument(cause: unknown): boolean {
  return cause instanceof GraphQLError && /^Argument "/.test(cause.message);
}

function extensionsOf(error: DomainError, requestId?: string): Record<string, unknown> {
  if (error.code === ErrorCode.INTERNAL_SERVER_ERROR) reportFault(log, requestId, error);
  return {
    code: error.code,
    ...(Object.keys(error.details).length > 0 && { details: error.details }),
    ...(error.code === ErrorCode.TRY_AGAIN && { retryable: true }),
    requestId,
  };
}

/** graphql-js quotes the value it refuses, which may be patient data or a password; the field's path is what helps. */
function withoutValues(message: string, error: unknown): { message: string; fields: Record<string, string[]> } {
  const variable = /^Variable "\$(\w+)" got invalid value /.exec(message);
  if (variable) {
    // `<variable> <value> at "<path>"; <reason>`: the value may hold anything, so what is kept is taken from the end
    const reason = (error as { originalError?: Error }).originalError?.message ?? '';
    const before = message.endsWith(`; ${reason}`) ? message.slice(0, -reason.length - 2) : '';
    // the input's own path, as the checks of its class give it: what the client called the variable does not matter
    const inner = / at "\w+\.([\w.[\]]+)"$/.exec(before)?.[1];
    const named = fieldNamedIn(reason);
    const path = [inner, named?.field].filter(Boolean).join('.') || variable[1] || '';
    const said = named?.said ?? ((before && unquoted(reason)) || 'is not valid');
    return { message: `Bad input. ${path}: ${said}`, fields: { [path]: [said] } };
  }
  const argument = /^Argument "(\w+)" has invalid value/.exec(message);
  return { message: unquoted(message), fields: argument?.[1] ? { [argument[1]]: ['has an invalid value'] } : {} };
}

/** The field that is missing or unknown: graphql-js tells of it at the object that lacks or has it. */
export function fieldNamedIn(reason: string): { field: string; said: string } | undefined {
  const missing = /^Field "(\w+)" of required type/.exec(reason)?.[1];
  if (missing) return { field: missing, said: 'is required' };
  const unknown = /^Field "([^"]{1,100})" is not defined/.exec(reason)?.[1];
  return unknown === undefined ? undefined : { field: unknown, said: 'is not a field of this input' };
}

/** Where graphql-js and its scalars put a value, it comes last; but for enums, and there nothing is escaped. */
export function unquoted(text: string): string {
  return text
    .replace(/Value "[\s\S]*" does not exist in/, 'Value (not shown) does not exist in')
    .replace(/(value: |has invalid value )[\s\S]*$/, '$1(not shown)')
    .replace(/, found [\s\S]*$/, '')
    .replace(/(Unexpected \w+) "[\s\S]*$/, '$1')
    .slice(0, 500);
}
