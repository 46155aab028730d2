import { createParamDecorator, type ArgumentsHost, type ExecutionContext } from '@nestjs/common';
import type { RequestContext } from './request-context.ts';

/** What a request carries from its first byte to its answer. The login replaces `current` once it knows who asks. */
export interface RequestHolder {
  current: RequestContext;
  /** What is done when the answer was handed on, or whoever waits for it has hung up. */
  readonly atEnd: (() => void)[];
  /** What has to be written before the answer leaves. */
  beforeAnswer?: () => Promise<void>;
}

/** Does what is left to do before the answer, once: whoever makes an answer waits for it. */
export async function settle(holder: RequestHolder): Promise<void> {
  const left = holder.beforeAnswer;
  holder.beforeAnswer = undefined;
  await left?.();
}

/** An HTTP request as http.ts hands it on: with its holder. */
export interface HeldRequest {
  readonly holder: RequestHolder;
}

/** The request behind a REST endpoint or a GraphQL field: graphql/ puts it into the context value. */
export function requestOf(host: ArgumentsHost): HeldRequest {
  if (host.getType() === 'http') return host.switchToHttp().getRequest<HeldRequest>();
  return host.getArgByIndex<{ request: HeldRequest }>(2).request;
}

export function holderOf(host: ArgumentsHost): RequestHolder {
  return requestOf(host).holder;
}

/** Injects the RequestContext into a resolver or controller: `@Ctx() ctx: RequestContext`. */
export const Ctx = createParamDecorator((_: unknown, context: ExecutionContext) => holderOf(context).current);

/** Injects the holder itself, for the login alone: its answer is read as the user who has just signed in. */
export const Holder = createParamDecorator((_: unknown, context: ExecutionContext) => holderOf(context));
