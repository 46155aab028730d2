import type { Logger } from '@nestjs/common';
import { wallsHit } from './counters.ts';
import { safeError } from './safe-error.ts';

/** Integrity (23xxx), refused by row-level security or a missing right (42501), raised by our own triggers (P0001). */
const WALL = /^(23...|42501|P0001)$/;

/** An error that is ours and not the caller's: a line in the log, and where the database had to refuse, a count. */
export function reportFault(log: Logger, requestId: string | undefined, error: unknown): void {
  const told = safeError(error);
  const { code, constraint } = told;
  if (typeof code === 'string' && WALL.test(code))
    wallsHit.increment(typeof constraint === 'string' ? constraint : code);
  log.error({ requestId, error: told });
}
