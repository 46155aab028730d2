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
