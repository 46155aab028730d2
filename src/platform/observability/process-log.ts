import type { Server } from 'node:net';
import { Logger as NestLogger } from '@nestjs/common';
import type { Logger } from 'pino';
import { safeError } from './safe-error.ts';

/**
 * What Node itself would print, with an error's message, which can quote patient data: warnings, and the error that
 * nobody caught and that ends the process.
 */
export function logProcess(log: Logger): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn({ context: 'process', error: safeError(warning) }));
  process.on('uncaughtException', (error, origin) => {
    log.fatal({ context: 'process', error: safeError(error) }, origin);
    process.exit(1);
  });
}

/** A server that listens fails at a connection that it cannot take in, with no file left to open, and would end the process. */
export function hearErrors(server: Server): void {
  const log = new NestLogger('HttpServer');
  server.once('listening', () => {
    server.on('error', (error) =>
      log.error({ message: 'a connection could not be taken in', error: safeError(error) }),
    );
  });
}
