import { trace } from '@opentelemetry/api';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { Environment } from '../config/environment.ts';
import { safeError } from './safe-error.ts';
import { isTracing } from './tracing.ts';

/** The process's log: a line of JSON each, in development lines for people. All output but the welcome goes through it. */
export async function openLog(
  settings: Pick<Environment, 'NODE_ENV' | 'logLevel'>,
  destination?: DestinationStream,
): Promise<Logger> {
  return pino(
    {
      level: settings.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // the trace that a line belongs to, where there are any; its request is named by whoever writes it
      mixin: () => ({ traceId: isTracing() ? trace.getActiveSpan()?.spanContext().traceId : undefined }),
      // pino's own serializer would write an error's message, which can quote patient data
      serializers: { err: safeError, error: (error: unknown) => (error instanceof Error ? safeError(error) : error) },
    },
    destination ?? (settings.NODE_ENV === 'development' ? await prettyStdout() : stdout()),
  );
}

/**
 * Standard output. What it does not take, such as with a full disk behind it, is lost, and the next line is tried anew: a
 * log that cannot be written is no reason to stop serving, nor to keep all of it in memory.
 */
function stdout(): DestinationStream {
  const open = (): DestinationStream => {
    const opened = pino.destination({ sync: true });
    opened.on('error', () => (stream = open()));
    return opened;
  };
  let stream = open();
  return { write: (line) => stream.write(line) };
}

/** Loaded where it is used: production has no need of it. */
async function prettyStdout(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ sync: true, translateTime: 'SYS:HH:MM:ss.l' });
}
