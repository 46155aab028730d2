import { context, diag, DiagLogLevel, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { DomainError } from '../../foundation/errors/domain-error.ts';
import { safeError } from './safe-error.ts';

const SERVICE_NAME = 'therapy-units';
const tracer = trace.getTracer(SERVICE_NAME);
let tracing = false;

/** Whether spans are made at all; what makes them asks first, so that without tracing nothing is paid. */
export function isTracing(): boolean {
  return tracing;
}

/**
 * Starts OpenTelemetry's SDK where its standard environment variables ask for it, and does not even load it where they do
 * not. The spans are made by hand: instrumentations would hook into the loader, and note headers and values.
 *
 * @returns sends what is left, and ends it
 */
export async function startTracing(variables: NodeJS.ProcessEnv, log: Logger): Promise<() => Promise<void>> {
  if (!isAskedFor(variables)) return () => Promise.resolve();
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const named = variables.OTEL_SERVICE_NAME?.trim() ?? variables.OTEL_RESOURCE_ATTRIBUTES?.includes('service.name=');
  // metrics and logs have ways of their own
  const sdk = new NodeSDK({ ...(!named && { serviceName: SERVICE_NAME }), metricReaders: [], logRecordProcessors: [] });
  sdk.start();
  diag.setLogger(toLog(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  tracing = true;
  return async () => {
    tracing = false;
    // a collector that is away must not keep the process from ending
    await sdk.shutdown().catch((error: unknown) => log.warn({ context: 'tracing', error: safeError(error) }));
  };
}

function isAskedFor(variables: NodeJS.ProcessEnv): boolean {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter } = variables;
  if (disabled?.trim().toLowerCase() === 'true' || exporter?.trim() === 'none') return false;
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ofTraces } = variables;
  return [exporter, endpoint, ofTraces].some((variable) => variable?.trim());
}

/** Runs the work in a span below the one that runs, if any does: what belongs to no request is not traced. */
export function inSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  return tracing && trace.getActiveSpan() ? traced(name, attributes, work) : work();
}

async function traced<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  const span = tracer.startSpan(name, { attributes });
  try {
    return await context.with(trace.setSpan(context.active(), span), work);
  } catch (error) {
    markFailed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** A refusal has its code; what is our fault is an error, too. Never the message, which may quote patient data. */
export function markFailed(span: Span, error: unknown): void {
  const refusal = error instanceof DomainError;
  const { code, name } = refusal ? { code: error.code, name: undefined } : safeError(error);
  span.setAttribute('error.type', typeof code === 'string' ? code : String(name));
  if (!refusal) span.setStatus({ code: SpanStatusCode.ERROR });
}

/** What the SDK has to say, such as that the collector does not answer. */
function toLog(log: Logger): Parameters<typeof diag.setLogger>[0] {
  const at = (level: 'error' | 'warn' | 'debug') => (message: string) => log[level]({ context: 'tracing' }, message);
  return { error: at('warn'), warn: at('warn'), info: at('debug'), debug: at('debug'), verbose: at('debug') };
}
