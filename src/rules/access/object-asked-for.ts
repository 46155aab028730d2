import type { ExecutionContext } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { getNamedType, type GraphQLOutputType, type GraphQLResolveInfo } from 'graphql';
import type { Forbidden } from '../../foundation/errors/domain-error.ts';
import type { NamesIds } from './requires.decorator.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Ids that a call may have instead of an `id`, and what they are of; the first that it has counts. */
const OTHERS: Readonly<Record<string, string>> = {
  patientId: 'patient',
  authorizationId: 'authorization',
  appointmentId: 'appointment',
  sessionId: 'session',
};

/**
 * The object that a call is about, by what it sends: for the refusal of somebody who may not call at all, whose object
 * nobody has looked for. An `id` is of what a GraphQL field answers, or of what a REST path says.
 */
export function objectAskedFor(context: ExecutionContext, ids: NamesIds = {}): Forbidden['asked'] {
  const { sent, kind } = context.getType() === 'http' ? ofEndpoint(context, ids) : ofField(context);
  const named: Readonly<Record<string, string>> = { ...(kind !== undefined && { id: kind }), ...OTHERS };
  for (const [field, resource] of Object.entries(named)) {
    const id = sent[field];
    if (typeof id === 'string' && isUUID(id, 'all')) return { resource, resourceId: id.toLowerCase() };
  }
  return {};
}

function ofEndpoint(context: ExecutionContext, ids: NamesIds): { sent: Fields; kind: string | undefined } {
  type Request = Readonly<Record<'params' | 'query' | 'body', Fields | null | undefined>>;
  const { params, query, body } = context.switchToHttp().getRequest<Request>();
  return { sent: { ...query, ...body, ...params }, kind: ids.id };
}

/** A relation field is about the row that it is of. */
function ofField(context: ExecutionContext): { sent: Fields; kind: string | undefined } {
  type Arguments = Fields & { input?: Fields | null; filter?: Fields | null };
  const [row, args, , { path, parentType, returnType }] =
    context.getArgs<[Fields, Arguments, unknown, GraphQLResolveInfo]>();
  if (path.prev) return { sent: row, kind: kindOf(parentType) };
  return { sent: { ...args.filter, ...args.input, ...args }, kind: kindOf(returnType) };
}

function kindOf(type: GraphQLOutputType): string {
  const { name } = getNamedType(type);
  return name.charAt(0).toLowerCase() + name.slice(1);
}
