import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { whenClosed } from './closed-connections.ts';
import { operations } from './counters.ts';
import { requestDurations } from './metrics.ts';
import { RequestRecord } from './request-record.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What is found out about it, for the line that tells of its end. */
    record: RequestRecord;
  }
}

/** Who asked, as far as it is known when the request has ended. */
export type WhoAsked = (request: FastifyRequest) => { userId: string; organizationId: string } | undefined;

/** Asked by machines, every few seconds. */
const ROUTINE = /^\/(health|metrics)/;

/** Gives every request its record, and writes the one line that tells of its end. */
export function logRequests(server: FastifyInstance, log: Logger, whoAsked: WhoAsked): void {
  server.addHook('onRequest', (request, reply, done) => {
    request.record = new RequestRecord(request.id);
    onHangUp(request, reply, () => tellEnd(request, undefined));
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    tellEnd(request, reply.statusCode);
    done();
  });

  const tellEnd = (request: FastifyRequest, status: number | undefined): void => {
    const { requestId, traceId, startedAt, fields, codes } = request.record;
    const route = routeOf(request);
    const who = whoAsked(request);
    log[route && ROUTINE.test(route) ? 'debug' : 'info'](
      {
        requestId,
        traceId,
        method: request.method,
        // the template: a path can hold anything, and a query string names whom was searched for
        route,
        ...(fields.size > 0 && { fields: [...fields.keys()] }),
        ...(status === undefined ? { aborted: true } : { status }),
        ...(codes.size > 0 && { codes: [...codes] }),
        durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
        ...(who && { userId: who.userId, organizationId: who.organizationId }),
      },
      'request',
    );
    count(request, route, status);
  };
}

/** Whoever asked is gone before the answer: there will be no onResponse, and onRequestAbort knows of half-sent bodies only. */
export function onHangUp(request: FastifyRequest, { raw }: FastifyReply, tell: () => void): void {
  const forget = whenClosed(request.raw.socket, tell);
  // an answer that is ended but waits behind another one's is not sent yet
  raw.once('finish', forget);
  raw.once('error', forget);
}

/** The route's template, such as `/api/appointments/:id`; none for what is not there. */
export function routeOf({ routeOptions, is404 }: FastifyRequest): string | undefined {
  return is404 ? undefined : routeOptions.url;
}

const ABORTED = 'ABORTED';

/** By root field or route and outcome: all of them names of ours, so that nobody outside can make a series. */
function count({ method, record }: FastifyRequest, route: string | undefined, status = 0): void {
  const { fields, codes, startedAt } = record;
  const took = performance.now() - startedAt;
  const [field] = fields.keys();
  const operation = field ?? (route ? `${method} ${route}` : 'unmatched');
  if (field) for (const [name, code] of fields) operations.increment(`${name} ${status ? code : ABORTED}`);
  else operations.increment(`${operation} ${[...codes][0] ?? codeOf(status)}`);
  requestDurations.observe(fields.size > 1 ? 'several' : operation, took);
}

/** Of answers that are not ours: Apollo's to what is no GraphQL, and those that nobody waited for. */
function codeOf(status: number): string {
  if (status === 0) return ABORTED;
  if (status < 400) return 'OK';
  return status < 500 ? ErrorCode.BAD_USER_INPUT : ErrorCode.INTERNAL_SERVER_ERROR;
}
