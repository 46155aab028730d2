import { safeError } from './safe-error.ts';

/** For whoever starts a process: a line that says what to set or to start; of a bug of ours, all that may be told. */
export function told(error: unknown): string {
  return isAdvice(error) ? error.message : JSON.stringify(safeError(error), null, 2);
}

/** JavaScript's own errors (TypeError ...), and those with a statement, are bugs. */
export function isAdvice(error: unknown): error is Error {
  return error instanceof Error && /^error$/i.test(error.name) && error.message !== '' && !('query' in error);
}
