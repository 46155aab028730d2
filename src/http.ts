import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Logger } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from './config/environment.ts';
import { ErrorCode } from './errors/error-code.ts';
import { safeError } from './observability/safe-error.ts';

const log = new Logger('HttpAdapter');
const LARGEST_BODY = 1024 * 1024;
const A_REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** Fastify with our limits, our request ids, and the contract's answer to what never becomes a GraphQL request. */
export class HttpAdapter extends FastifyAdapter {
  constructor({ trustProxy }: Pick<Environment, 'trustProxy'>) {
    super({ bodyLimit: LARGEST_BODY, genReqId: requestIdOf, trustProxy });
    this.getInstance().addHook('onRequest', (request, reply, done) => {
      void reply.header('x-request-id', request.id);
      done();
    });
  }

  /** Nest would set its own, which answers in another shape. */
  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return this.getInstance().setErrorHandler(answerError);
  }

  /** Nest's would throw into our exception filters, which speak GraphQL: nobody answers, and the process ends. */
  override setNotFoundHandler(): ReturnType<FastifyAdapter['setNotFoundHandler']> {
    return this.getInstance().setNotFoundHandler((request, reply) =>
      reply.status(404).send({
        errors: [
          { message: 'There is nothing here.', extensions: { code: ErrorCode.NOT_FOUND, requestId: request.id } },
        ],
      }),
    );
  }
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && A_REQUEST_ID.test(given) ? given : randomUUID();
}

/** A body that is no JSON, too large or of another type. */
function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error.statusCode ?? 500;
  const bad = status >= 400 && status < 500;
  if (!bad) log.error({ requestId: request.id, error: safeError(error) });
  return reply.status(bad ? status : 500).send({
    errors: [
      {
        message: bad
          ? (MESSAGES[status] ?? 'The request cannot be read.')
          : 'Something went wrong on our side. Tell us the requestId.',
        extensions: {
          code: bad ? ErrorCode.BAD_USER_INPUT : ErrorCode.INTERNAL_SERVER_ERROR,
          requestId: request.id,
        },
      },
    ],
  });
}

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'The body is not valid JSON.',
  413: `The body is larger than ${LARGEST_BODY} bytes.`,
  415: 'Send the body as application/json.',
};
