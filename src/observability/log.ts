import { pino, type DestinationStream, type Logger } from 'pino';
import type { Environment } from '../config/environment.ts';
import { currentRecord } from './request-record.ts';
import { safeError } from './safe-error.ts';

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
      // every line that is written for a request names it
      mixin: () => {
        const record = currentRecord();
        return record ? { requestId: record.requestId, traceId: record.traceId } : {};
      },
      // pino's own serializer would write an error's message, which can quote patient data
      serializers: { err: safeError, error: (error: unknown) => (error instanceof Error ? safeError(error) : error) },
    },
    destination ?? (settings.NODE_ENV === 'development' ? await prettyStdout() : pino.destination({ sync: true })),
  );
}

/** Loaded where it is used: production has no need of it. */
async function prettyStdout(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ sync: true, translateTime: 'SYS:HH:MM:ss.l' });
}
