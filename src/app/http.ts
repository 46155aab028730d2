import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Logger } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from '../platform/config/environment.ts';
import { ErrorCode } from '../foundation/errors/error-code.ts';
import { safeError } from '../platform/observability/safe-error.ts';
import type { RequestRecord } from '../platform/observability/request-record.ts';
import { OpenRequests } from './open-requests.ts';
import type { RequestHolder } from '../foundation/request-context/ctx.decorator.ts';
import { RequestContext, type Now } from '../foundation/request-context/request-context.ts';
import { bodyOf } from '../rules/rest/error-answer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks and when, for resolvers and controllers alike. */
    holder: RequestHolder;
  }
}

const log = new Logger('HttpAdapter');
/** For all of a request to arrive: Fastify would wait for ever. */
const LONGEST_SENDING_MS = 30_000;
const A_REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** Fastify with our limits, our request ids, and the contract's answer to what never becomes a request of the API. */
export class HttpAdapter extends FastifyAdapter {
  readonly openRequests: OpenRequests;

  constructor({ MAX_BODY_BYTES: bodyLimit, trustProxy }: Pick<Environment, 'MAX_BODY_BYTES' | 'trustProxy'>) {
    // what still arrives while the server closes is answered like the rest, and not with a 503 in Fastify's own shape
    super({
      requestTimeout: LONGEST_SENDING_MS,
      bodyLimit,
      trustProxy,
      genReqId: requestIdOf,
      return503OnClosing: false,
      frameworkErrors: answerUnroutable,
    });
    this.openRequests = new OpenRequests(this.getInstance());
    this.getInstance().addHook('onRequest', (request, reply, done) => {
      void reply.header('x-request-id', request.id);
      // patient data: in no cache on the way, nor in a browser's
      if (isRest(request) || request.url.startsWith('/graphql')) void reply.header('cache-control', 'no-store');
      done();
    });
  }

  /** Every request begins as nobody's; the front door finds out whose it is. */
  holdRequests(now: Now): void {
    this.getInstance().decorateRequest('holder');
    this.getInstance().addHook('onRequest', (request, _reply, done) => {
      const origin = { requestId: request.id, ipAddress: request.ip };
      request.holder = { current: RequestContext.anonymous(origin, now) };
      done();
    });
  }

  /** An empty body is none: clients send `content-type: application/json` with calls that need no body. */
  override registerParserMiddleware(...args: Parameters<FastifyAdapter['registerParserMiddleware']>): void {
    const parse = this.getInstance().getDefaultJsonParser('error', 'error');
    this.useBodyParser('application/json', false, undefined, (request, sent, done) => {
      if (!sent.length && isRest(request)) done(null, undefined);
      else void parse(request, sent.toString(), done);
    });
    super.registerParserMiddleware(...args);
    // JSON alone: a browser may send these two from any page without asking
    for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
      this.getInstance().removeContentTypeParser(type);
  }

  /** Nest would set its own, which answers in another shape. */
  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return this.getInstance().setErrorHandler(answerError);
  }

  /** Nest's would throw into our exception filters, and there is no controller or field that they could tell of. */
  override setNotFoundHandler(): ReturnType<FastifyAdapter['setNotFoundHandler']> {
    return this.getInstance().setNotFoundHandler((request, reply) =>
      answer(request, reply, 404, ErrorCode.NOT_FOUND, 'There is nothing here.'),
    );
  }
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && A_REQUEST_ID.test(given) ? given : randomUUID();
}

function isRest({ url }: FastifyRequest): boolean {
  return url.startsWith('/api/');
}

/** A URL that cannot be decoded, or is too long: no hook has run, and Fastify's own answer would repeat it. */
function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  answer(request, reply, error.statusCode ?? 400, ErrorCode.BAD_USER_INPUT, 'The URL cannot be read.');
}

/** A body that is no JSON, too large or of another type. */
function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500)
    return answer(request, reply, status, ErrorCode.BAD_USER_INPUT, MESSAGES[status] ?? 'The request cannot be read.');
  log.error({ requestId: request.id, error: safeError(error) });
  const message = 'Something went wrong on our side. Tell us the requestId.';
  return answer(request, reply, 500, ErrorCode.INTERNAL_SERVER_ERROR, message);
}

/** REST has errors of its own shape; everything else is told as GraphQL tells its errors. */
function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  code: ErrorCode,
  message: string,
): FastifyReply {
  (request.record as RequestRecord | undefined)?.codes.add(code);
  const body = isRest(request)
    ? bodyOf(status, code, message, request.id)
    : { errors: [{ message, extensions: { code, requestId: request.id } }] };
  return reply.status(status).send(body);
}

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'The body is not valid JSON.',
  413: 'The body is too large.',
  415: 'Send the body as application/json.',
};
