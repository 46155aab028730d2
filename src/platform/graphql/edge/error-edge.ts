import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { Logger } from '@nestjs/common';
import { GraphQLError, OperationTypeNode, type GraphQLFormattedError, type ValidationRule } from 'graphql';
import {
  AnswerIncomplete,
  AnswerTooLarge,
  BadUserInput,
  CallerGone,
  DomainError,
  TryAgain,
} from '../../../foundation/errors/domain-error.ts';
import { ErrorCode } from '../../../foundation/errors/error-code.ts';
import { reportFault } from '../../observability/fault.ts';
import type { HeldRequest } from '../../../foundation/request-context/ctx.decorator.ts';
import { unquoted, withoutHint } from './plain-words.ts';
import { InputsOfDocument } from './wrong-fields.ts';

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

interface Request {
  readonly requestId?: string;
  readonly inputs?: InputsOfDocument;
}

const requestOf = new WeakMap<Error, Request>();
const afterChange = new WeakSet<Error>();

/** Apollo gives formatError no request, so this notes beforehand whose errors they are, and which came after a change. */
export const namesRequestOfErrors: ApolloServerPlugin<{ request?: HeldRequest }> = {
  requestDidStart: () =>
    Promise.resolve({
      didEncounterErrors: ({ errors, contextValue, schema, document, operation }) => {
        const request = {
          requestId: contextValue.request?.holder.current.origin.requestId,
          inputs: document && new InputsOfDocument(schema, document, operation),
        };
        for (const error of errors) {
          requestOf.set(error, request);
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

/** What Apollo refuses by itself, and the part of the request that it is about. */
const REFUSED_BY_APOLLO: readonly (readonly [RegExp, Readonly<Record<string, string>>])[] = [
  [/^GET requests only support query operations/, { method: 'must be POST, since it is no query' }],
  [/^Must provide operation name|^Unknown operation named/, { operationName: 'must name an operation of the query' }],
  [/^PersistedQueryNotFound$/, { 'extensions.persistedQuery.sha256Hash': 'is not known here: send the query, too' }],
  [/^PersistedQueryNotSupported$/, { 'extensions.persistedQuery': 'is off here: send the query without it' }],
];

/**
 * The one place where an error becomes an answer. The set of codes is closed: what is not a DomainError or a bad request
 * is INTERNAL_SERVER_ERROR with the request's id and nothing else, and is logged.
 *
 * @param withHints at names of the schema that the client may have meant: not for those who may not ask for the schema
 */
export function answersErrors(
  withHints: boolean,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const { requestId, inputs } = (error instanceof Error && requestOf.get(error)) || {};
    const thrown = unwrapResolverError(error);
    const changed = error instanceof Error && afterChange.has(error);
    const cause =
      changed && (thrown instanceof TryAgain || thrown instanceof AnswerTooLarge)
        ? new AnswerIncomplete(thrown)
        : thrown;
    const where = { locations: formatted.locations, path: formatted.path };
    if (cause instanceof DomainError)
      return { message: cause.message, ...where, extensions: extensionsOf(cause, requestId) };
    if (isBadRequest(cause)) {
      const { message, details } = badRequest(cause, formatted, withHints, inputs);
      return { message, ...where, extensions: { code: ErrorCode.BAD_USER_INPUT, details, requestId } };
    }
    return { ...internalError(requestId, cause), ...where };
  };
}

/** The error as it is told; of a denial that could not be recorded the fault, as if the field had met it. */
export function unlessDenied(
  told: GraphQLFormattedError,
  fault: unknown,
  requestId: string,
  isMutation: boolean,
): GraphQLFormattedError {
  if (!RECORDED.has(told.extensions?.code as ErrorCode)) return told;
  const changed = isMutation && (told.path?.length ?? 0) > 1 && fault instanceof TryAgain;
  const cause = changed ? new AnswerIncomplete(fault) : fault;
  const where = { locations: told.locations, path: told.path };
  if (cause instanceof DomainError)
    return { message: cause.message, ...where, extensions: extensionsOf(cause, requestId) };
  return { ...internalError(requestId, cause), ...where };
}

/** Denials: the trail has each. */
const RECORDED: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.FORBIDDEN,
  ErrorCode.NOT_FOUND,
  ErrorCode.IDENTITY_UNCONFIRMED,
]);

function internalError(requestId: string | undefined, cause: unknown): GraphQLFormattedError {
  reportFault(log, requestId, cause);
  return {
    message: 'Something went wrong on our side. Tell us the requestId.',
    extensions: { code: ErrorCode.INTERNAL_SERVER_ERROR, requestId },
  };
}

/** What was refused before anything ran, and arguments that graphql-js finds wrong while it runs. */
function isBadRequest(cause: unknown): cause is GraphQLError {
  if (!(cause instanceof GraphQLError)) return false;
  const { extensions, message, path, originalError } = cause;
  if (typeof extensions.code === 'string' && BAD_REQUESTS.has(extensions.code)) return true;
  return /^Argument "/.test(message) || (!path && (!originalError || originalError instanceof GraphQLError));
}

function badRequest(
  error: GraphQLError,
  { message, extensions }: GraphQLFormattedError,
  withHints: boolean,
  inputs: InputsOfDocument | undefined,
): { message: string; details?: unknown } {
  const apollos = REFUSED_BY_APOLLO.find(([pattern]) => pattern.test(message))?.[1];
  const fields = apollos ?? inputs?.wrongIn(error, withHints) ?? {};
  if (extensions?.details || !Object.keys(fields).length)
    return { message: unquoted(withHints ? message : withoutHint(message)), details: extensions?.details };
  const told = new BadUserInput(fields);
  // clients that send hashes go by these words
  return { message: /^PersistedQuery/.test(message) ? message : told.message, details: told.details };
}

/** As an answer has it, of what is refused once all fields were read. */
export function toldAs(error: DomainError, requestId: string): GraphQLFormattedError {
  return { message: error.message, extensions: extensionsOf(error, requestId) };
}

function extensionsOf(error: DomainError, requestId?: string): Record<string, unknown> {
  // of a client that has hung up: nobody's fault, and nobody sees it
  if (error.code === ErrorCode.INTERNAL_SERVER_ERROR && !(error.cause instanceof CallerGone))
    reportFault(log, requestId, error);
  return {
    code: error.code,
    ...(Object.keys(error.details).length > 0 && { details: error.details }),
    ...(error.code === ErrorCode.TRY_AGAIN && { retryable: true }),
    requestId,
  };
}
