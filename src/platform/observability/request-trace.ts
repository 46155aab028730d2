import { context, propagation, SpanKind, SpanStatusCode, trace, type Context } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { onHangUp, routeOf } from './request-log.ts';
import { isTracing } from './tracing.ts';

/** A span for every request, below the caller's own where it sent `traceparent`. Call it behind logRequests. */
export function traceRequests(server: FastifyInstance): void {
  if (!isTracing()) return;
  const tracer = trace.getTracer('therapy-units');
  const contexts = new WeakMap<FastifyRequest, Context>();

  server.addHook('onRequest', (request, reply, done) => {
    onHangUp(request, reply, () => end(request));
    const { method, record, headers } = request;
    const route = routeOf(request);
    const parent = propagation.extract(context.active(), headers);
    const attributes = {
      'http.request.method': method,
      ...(route && { 'http.route': route }),
      'therapy.request_id': record.requestId,
    };
    const span = tracer.startSpan([method, route].join(' ').trim(), { kind: SpanKind.SERVER, attributes }, parent);
    const inside = trace.setSpan(parent, span);
    record.traceId = span.spanContext().traceId;
    contexts.set(request, inside);
    context.with(inside, done);
  });
  const end = (request: FastifyRequest, status?: number): void => {
    const span = trace.getSpan(contexts.get(request) ?? context.active());
    if (status !== undefined) span?.setAttribute('http.response.status_code', status);
    if (request.record.codes.size) span?.setAttribute('therapy.codes', [...request.record.codes]);
    if (status === undefined || status >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
  };
  server.addHook('onResponse', (request, reply, done) => {
    end(request, reply.statusCode);
    done();
  });
}
