import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { ConnectionError, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BadUserInput, DomainError } from '../foundation/errors/domain-error.ts';
import { extensionsWithout } from '../platform/graphql/edge/extensions.ts';
import { KnownFaults } from '../platform/graphql/edge/known-faults.ts';
import { ErrorCode } from '../foundation/errors/error-code.ts';
import { NotAsked } from '../platform/graphql/edge/asked-over-http.ts';
import { clientsCut } from '../platform/observability/counters.ts';
import type { RequestRecord } from '../platform/observability/request-record.ts';
import { safeError } from '../platform/observability/safe-error.ts';
import { bodyOf, retryAfter, statusOf } from '../rules/rest/error-answer.ts';

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

const log = new Logger('HttpAdapter');
const GRAPHQL_RESPONSE = /application\/graphql-response\+json/;
const GRAPHQL_RESPONSE_TYPE = 'application/graphql-response+json; charset=utf-8';

/** What Fastify could not read of a request. */
const UNREADABLE: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  400: { body: 'must be JSON' },
  413: { body: 'is too large' },
  415: { 'content-type': 'must be application/json' },
};

/** By Node's code: the status, and what is wrong. */
const NO_REQUEST: Readonly<Record<string, readonly [number, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'was not sent in time'],
  HPE_HEADER_OVERFLOW: [431, 'has too long headers'],
};

export function isRest({ url }: FastifyRequest): boolean {
  return url.startsWith('/api/');
}

/** A URL that cannot be decoded, or is too long: no hook has run, and Fastify's own answer would repeat it. */
export function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  void answer(request, reply, error.statusCode ?? 400, refusalOf(new BadUserInput({ url: 'cannot be read' })));
}

/** What never becomes a request: headers that are no HTTP or too many, or that do not arrive, or a body that does not. */
export function answerUnreadable({ code }: ConnectionError, socket: Socket): void {
  const [status, said] = NO_REQUEST[code] ?? [400, 'cannot be read'];
  if (status === 408) clientsCut.increment('sending');
  if (code === 'ECONNRESET' || socket.destroyed) return;
  const { message, details } = new BadUserInput({ request: said });
  const body = JSON.stringify({ errors: [{ message, extensions: { code: ErrorCode.BAD_USER_INPUT, details } }] });
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'content-type: application/json', 'connection: close'];
  if (socket.writable) socket.write([...head, `content-length: ${body.length}`, '', body].join('\r\n'));
  socket.destroy();
}

/** A body that is no JSON, too large or of another type; what is no GraphQL request; a refusal at the door; or a fault of ours. */
export function answerError(
  error: FastifyError | DomainError | KnownFaults | GraphQLError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof KnownFaults) return answerErrors(request, reply, error.errors);
  if (error instanceof GraphQLError) return answerErrors(request, reply, [error.toJSON()]);
  if (error instanceof NotAsked) return answer(request, reply, error.status, refusalOf(error));
  if (error instanceof DomainError) {
    const wait = retryAfter(error.code, error.details);
    if (wait !== undefined) void reply.header('retry-after', String(wait));
    return answer(request, reply, statusOf(error.code), refusalOf(error));
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500)
    return answer(
      request,
      reply,
      status,
      refusalOf(new BadUserInput(UNREADABLE[status] ?? { request: 'cannot be read' })),
    );
  log.error({ requestId: request.id, error: safeError(error) });
  return answer(request, reply, 500, {
    code: ErrorCode.INTERNAL_SERVER_ERROR,
    message: 'Something went wrong on our side. Tell us the requestId.',
  });
}

/** Whatever a route might say of it. */
export function answerNothingHere(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return answer(request, reply, 404, { code: ErrorCode.NOT_FOUND, message: 'There is nothing here.' });
}

/** Answers what no route is for: another method of a path that is there is told which ones it has. */
export function answerUnknown(server: FastifyInstance): (request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  const routes = new Map<string, { readonly path: RegExp; readonly methods: Set<string> }>();
  server.addHook('onRoute', ({ url, method }) => {
    if (url === '*') return; // the preflights of all pages
    const route = routes.get(url) ?? { path: pathOf(url), methods: new Set() };
    for (const each of [method].flat()) route.methods.add(each);
    routes.set(url, route);
  });
  return (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = [...routes.values()]
      .filter((route) => route.path.test(path))
      .flatMap((route) => [...route.methods]);
    if (!methods.length) return answerNothingHere(request, reply);
    const allowed = [...new Set(methods)].sort().join(', ');
    void reply.header('allow', allowed);
    return answer(request, reply, 405, refusalOf(new BadUserInput({ method: `must be one of ${allowed}` })));
  };
}

/** Fastify's template of a path, as a regular expression. */
function pathOf(template: string): RegExp {
  const escaped = template.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:\w+/g, '[^/]+').replace('*', '.*')}$`);
}

/** Of a document that was looked through before it came to Apollo, as Apollo tells them. */
function answerErrors(
  request: FastifyRequest,
  reply: FastifyReply,
  errors: readonly GraphQLFormattedError[],
): FastifyReply {
  const { id: requestId, record } = request;
  record.codes.add(ErrorCode.BAD_USER_INPUT);
  const told = errors.map(({ extensions, ...error }) => ({
    ...error,
    extensions: { ...extensionsWithout(extensions, 'http'), requestId },
  }));
  if (GRAPHQL_RESPONSE.test(request.headers.accept ?? '')) void reply.type(GRAPHQL_RESPONSE_TYPE);
  return reply.status(400).send({ errors: told });
}

function refusalOf({ code, message, details }: DomainError): Refusal {
  return { code, message, details };
}

/** REST has errors of its own shape; everything else is told as GraphQL tells its errors. */
function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  { code, message, details }: Refusal,
): FastifyReply {
  (request.record as RequestRecord | undefined)?.codes.add(code);
  const body = isRest(request)
    ? bodyOf(status, code, message, request.id, details)
    : { errors: [{ message, extensions: { code, details, requestId: request.id } }] };
  return reply.status(status).send(body);
}
