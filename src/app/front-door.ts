import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { GraphQLError, parse, type DocumentNode } from 'graphql';
import { Unauthenticated } from '../foundation/errors/domain-error.ts';
import type { Caller } from '../foundation/fair-share/fair-share.ts';
import { pointsBefore, pointsOf } from '../foundation/request-context/price.ts';
import type { Actor } from '../foundation/request-context/request-context.ts';
import { AuthenticationGuard, JunkToken } from '../people/auth/authentication.guard.ts';
import { Environment } from '../platform/config/environment.ts';
import { GRAPHQL, NotAsked } from '../platform/graphql/edge/asked-over-http.ts';
import { Documents } from '../platform/graphql/edge/documents.ts';
import { KnownFaults } from '../platform/graphql/edge/known-faults.ts';
import { MOST_TOKENS } from '../platform/graphql/edge/limits.ts';
import { requireModest } from '../platform/graphql/edge/modest.ts';
import { tooMuch } from '../platform/graphql/edge/refused-query.ts';
import { Admission } from '../rules/rate-limits/admission.service.ts';
import { CallLimits } from '../rules/rate-limits/call-limits.service.ts';
import { JunkTokens } from '../rules/rate-limits/junk-tokens.service.ts';
import { DocumentBudget } from '../rules/rate-limits/document-budget.service.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends it, by a token that counts. */
    sender?: Actor;
  }
}

/** Of what somebody sends whom we do not know: a login, or a query of the schema. */
const MOST_ANONYMOUS_BYTES = 32_768;
/** Of a document. Its tokens have a bound of their own, which comments are not. */
const MOST_CHARACTERS = 20_000;
const ASKS_FOR_THE_SCHEMA = /__(schema|type)\b/;

/**
 * What is asked before anything of a request is read: whose it is, and whether they have points left. So a refused call costs
 * less than an accepted one, and nobody's calls are bounded before they are parsed. What a call has cost is charged when its
 * answer leaves.
 */
export function frontDoor(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance();
  const of = <Service>(service: new (...args: never[]) => Service): Service => app.get(service, { strict: false });
  const [guard, calls, admission] = [of(AuthenticationGuard), of(CallLimits), of(Admission)];
  const [documents, budget, junkTokens] = [of(Documents), of(DocumentBudget), of(JunkTokens)];
  const { queryLimits } = of(Environment);

  server.decorateRequest('sender');
  server.addHook('preParsing', async (request, reply) => {
    let fault: unknown;
    if (isApi(request) && request.headers.authorization !== undefined)
      request.sender = await guard.senderOf(request, reply).catch((error: unknown) => {
        if (error instanceof JunkToken) junkTokens.spend(request.holder.current.origin.ipAddress);
        fault = error; // is told by the door of what is asked for
        return undefined;
      });
    if (!request.sender) {
      requireSmall(request, fault);
      return;
    }
    const ctx = request.holder.current.as(request.sender);
    await calls.spend(ctx);
    admission.requireRead(ctx.caller);
  });

  server.addHook('preValidation', (request, _reply, done) => {
    if (!isApi(request)) {
      done();
      return;
    }
    const waiting = admission.arrive(request.holder, callerOf(request), lengthOf(request));
    if (waiting) waiting.then(() => done(), done);
    else done();
  });

  server.addHook('preHandler', (request, _reply, done) => {
    const text = request.routeOptions.url === GRAPHQL ? textOf(request) : undefined;
    const faults = text === undefined ? [] : documents.faultsOf(text);
    if (faults?.length) throw new KnownFaults(faults);
    const { sender, holder } = request;
    const { origin } = holder.current;
    if (!sender && text !== undefined && (!faults || ASKS_FOR_THE_SCHEMA.test(text))) budget.spend(origin.ipAddress);
    if (text === undefined || faults) {
      done();
      return;
    }
    holder.current.effort.newDocuments += 1;
    requireShort(text);
    void admission
      .look(holder, callerOf(request))
      .then(() => lookThrough(text))
      .then(() => done(), done);
  });

  /** Refuses what is immodest, for good: it is remembered. */
  const lookThrough = (text: string): void => {
    const document = parsed(text);
    if (!document) return;
    try {
      requireModest(document, queryLimits.roots);
    } catch (error) {
      if (error instanceof GraphQLError) documents.remember(text, [error.toJSON()]);
      throw error;
    }
  };

  server.addHook('onSend', (request, _reply, payload, done) => {
    const { sender, holder } = request;
    admission.leave(holder);
    const actor = sender ?? holder.current.actorIfAny;
    if (actor) {
      const ctx = holder.current.as(actor);
      const { effort } = ctx;
      const answered = typeof payload === 'string' || Buffer.isBuffer(payload) ? Buffer.byteLength(payload) : 0;
      const before = holder.current.isSignedIn ? pointsBefore(effort) : 0; // charged when it was begun
      calls.charge(ctx, pointsOf(effort, { sent: lengthOf(request), answered }) - 1 - before);
      admission.sending(holder, ctx.caller, answered, () => request.raw.socket.destroy());
    }
    done(null, payload);
  });
}

function isApi({ routeOptions: { url = '' } }: FastifyRequest): boolean {
  return url === GRAPHQL || url.startsWith('/api/');
}

function callerOf({ sender, holder: { current } }: FastifyRequest): Caller {
  return (sender ? current.as(sender) : current).caller;
}

function lengthOf({ headers }: FastifyRequest): number {
  return Number(headers['content-length'] ?? 0);
}

/**
 * @throws NotAsked, or Unauthenticated where a token was sent that does not count any more
 * @throws unknown what kept us from knowing whether it does
 */
function requireSmall({ headers }: FastifyRequest, fault: unknown): void {
  const { 'content-length': length, 'transfer-encoding': coding, authorization } = headers;
  if (coding === undefined && Number(length ?? 0) <= MOST_ANONYMOUS_BYTES) return;
  if (fault instanceof Error) throw fault;
  if (authorization !== undefined) throw new Unauthenticated();
  throw new NotAsked(413, {
    body: `must say its length, and have at most ${MOST_ANONYMOUS_BYTES} bytes where no access token is sent`,
  });
}

/** @throws GraphQLError */
function requireShort({ length }: string): void {
  if (length > MOST_CHARACTERS) throw tooMuch('characters', length, MOST_CHARACTERS, 'leave out what nobody reads');
}

/** The document of a GraphQL request; none where it was sent by its hash alone. */
function textOf({ body, query }: FastifyRequest): string | undefined {
  const { query: text } = (body ?? query ?? {}) as { readonly query?: unknown };
  return typeof text === 'string' ? text : undefined;
}

/** Undefined where it is none: Apollo tells what is wrong with it. */
function parsed(text: string): DocumentNode | undefined {
  try {
    return parse(text, { maxTokens: MOST_TOKENS, noLocation: true });
  } catch {
    return undefined;
  }
}
