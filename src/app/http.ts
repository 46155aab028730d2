import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Environment } from '../platform/config/environment.ts';
import { GRAPHQL, requireAsked } from '../platform/graphql/edge/asked-over-http.ts';
import { whenOver } from '../platform/observability/closed-connections.ts';
import { hearErrors } from '../platform/observability/process-log.ts';
import { ArrivingBodies } from './arriving-bodies.ts';
import { clientAddress, trusting } from './client-address.ts';
import { Connections, PATIENCE } from './connections.ts';
import { OpenRequests } from './open-requests.ts';
import { readJson } from './json-body.ts';
import type { RequestHolder } from '../foundation/request-context/ctx.decorator.ts';
import { Effort } from '../foundation/request-context/effort.ts';
import { RequestContext, type Now } from '../foundation/request-context/request-context.ts';
import { networkOf } from '../rules/rate-limits/address.ts';
import { answerError, answerUnknown, answerUnreadable, answerUnroutable, isRest } from './refused-requests.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks and when, for resolvers and controllers alike. */
    holder: RequestHolder;
  }
}

type HttpSettings = Pick<
  Environment,
  'MAX_BODY_BYTES' | 'MAX_ANSWER_BYTES' | 'MAX_CONNECTIONS' | 'MAX_CONNECTIONS_PER_ADDRESS' | 'trustProxy'
>;

/** Of a body that was refused and is still arriving, the sender is not waited for. */
const MOST_UNREAD_BYTES = 262_144;

const A_REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** Fastify with our limits, our request ids, and the contract's answer to what never becomes a request of the API. */
export class HttpAdapter extends FastifyAdapter {
  readonly openRequests: OpenRequests;
  private readonly unknown: ReturnType<typeof answerUnknown>;
  private readonly bodies: ArrivingBodies;
  private readonly mostBytes: number;

  constructor(settings: HttpSettings, patience = PATIENCE) {
    const { MAX_BODY_BYTES: bodyLimit, trustProxy } = settings;
    const isTrusted = trusting(trustProxy);
    super({
      http: { headersTimeout: patience.headers, connectionsCheckingInterval: patience.check },
      requestTimeout: patience.request,
      bodyLimit,
      trustProxy: trustProxy && isTrusted,
      genReqId: requestIdOf,
      // what still arrives while the server closes is answered like the rest, and not with a 503 in Fastify's own shape
      return503OnClosing: false,
      frameworkErrors: answerUnroutable,
      clientErrorHandler: answerUnreadable,
    });
    this.mostBytes = settings.MAX_ANSWER_BYTES;
    new Connections(this.getInstance().server, settings, isTrusted, patience);
    this.bodies = new ArrivingBodies(bodyLimit);
    // of a connection that was cut Node tells all that has arrived by it, and nobody waits for the answers
    this.getInstance().addHook('onRequest', ({ raw: { socket } }, _reply, done) => {
      if (!socket.destroyed) done();
    });
    this.openRequests = new OpenRequests(this.getInstance());
    this.unknown = answerUnknown(this.getInstance());
    hearErrors(this.getInstance().server);
    this.getInstance().addHook('onRequest', (request, reply, done) => {
      void reply.header('x-request-id', request.id);
      // patient data: in no cache on the way, nor in a browser's
      if (isRest(request) || request.url.startsWith(GRAPHQL)) void reply.header('cache-control', 'no-store');
      done();
    });
    // RFC 9110, 15.5.14: else all of it would be taken in, only to be thrown away
    this.getInstance().addHook('onSend', ({ raw, headers }, reply, payload, done) => {
      const isLarge = 'transfer-encoding' in headers || Number(headers['content-length'] ?? 0) > MOST_UNREAD_BYTES;
      if (isLarge && !raw.complete) void reply.header('connection', 'close');
      done(null, payload);
    });
    this.getInstance().addHook('preHandler', (request, _reply, done) => {
      if (request.routeOptions.url === GRAPHQL) requireAsked(request);
      done();
    });
  }

  /** Every request begins as nobody's; the front door finds out whose it is. */
  holdRequests(now: Now): void {
    this.getInstance().decorateRequest('holder');
    this.getInstance().addHook('onRequest', (request, { raw }, done) => {
      const { socket } = request.raw;
      const isGone = (): boolean => socket.destroyed && !raw.writableEnded;
      const ipAddress = clientAddress(request);
      const network = ipAddress && networkOf(ipAddress);
      const origin = { requestId: request.id, ipAddress, network, isGone };
      const atEnd: (() => void)[] = [];
      whenOver(request.raw, raw, () => {
        for (const done of atEnd.splice(0)) done();
      });
      request.holder = { current: RequestContext.anonymous(origin, now, new Effort(this.mostBytes)), atEnd };
      done();
    });
  }

  /** An empty body is none: clients send `content-type: application/json` with calls that need no body. */
  override registerParserMiddleware(...args: Parameters<FastifyAdapter['registerParserMiddleware']>): void {
    super.registerParserMiddleware(...args);
    const http = this.getInstance();
    // JSON alone: a browser may send the other two from any page without asking
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded'])
      http.removeContentTypeParser(type);
    http.addContentTypeParser('application/json', (request, payload, done) =>
      this.bodies.read(payload, (error, sent) => {
        try {
          if (error) throw error;
          done(null, !sent?.length && isRest(request) ? undefined : readJson(sent ?? Buffer.of()));
        } catch (fault) {
          done(Object.assign(fault as Error, { statusCode: error?.statusCode ?? 400 }));
        }
      }),
    );
  }

  /** Nest would set its own, which answers in another shape. */
  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return this.getInstance().setErrorHandler(answerError);
  }

  /** Nest's would throw into our exception filters, and there is no controller or field that they could tell of. */
  override setNotFoundHandler(): ReturnType<FastifyAdapter['setNotFoundHandler']> {
    return this.getInstance().setNotFoundHandler(this.unknown);
  }
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && A_REQUEST_ID.test(given) ? given : randomUUID();
}
