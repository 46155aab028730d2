import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { RequestContext } from './request-context.ts';

/** What a request carries from its first byte to its answer. The login replaces `current` once it knows who asks. */
export interface RequestHolder {
  current: RequestContext;
}

/** The holder of a GraphQL field's request: graphql/ puts it into the context value. */
export function holderOf(context: ExecutionContext): RequestHolder {
  const graphqlContext = context.getArgByIndex<{ holder?: RequestHolder }>(2);
  if (!graphqlContext.holder) throw new Error('No request context: the field was not reached through GraphQL.');
  return graphqlContext.holder;
}

/** Injects the RequestContext into a resolver: `@Ctx() ctx: RequestContext`. */
export const Ctx = createParamDecorator((_: unknown, context: ExecutionContext) => holderOf(context).current);

/** Injects the holder itself, for the login alone: its answer is read as the user who has just signed in. */
export const Holder = createParamDecorator((_: unknown, context: ExecutionContext) => holderOf(context));
