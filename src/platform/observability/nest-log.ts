import type { LoggerService } from '@nestjs/common';
import type { Level, Logger } from 'pino';
import { safeError } from './safe-error.ts';

/** What Nest tells while it starts, a line for every module, route and field. */
const CHATTER = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'GraphQLModule',
  'NestApplication',
]);

/** Whose errors Nest throws as well: whoever starts tells them, and once. */
const THROWN = new Set(['ExceptionHandler', 'NestApplication']);

/** Nest's Logger, ours and its own, writes to the process's log. */
export class NestLog implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...more: unknown[]): void {
    this.write(CHATTER.has(contextOf(more) ?? '') ? 'debug' : 'info', message, more);
  }

  error(message: unknown, ...more: unknown[]): void {
    this.write(THROWN.has(contextOf(more) ?? '') ? 'debug' : 'error', message, more);
  }

  warn(message: unknown, ...more: unknown[]): void {
    this.write('warn', message, more);
  }

  debug(message: unknown, ...more: unknown[]): void {
    this.write('debug', message, more);
  }

  verbose(message: unknown, ...more: unknown[]): void {
    this.write('trace', message, more);
  }

  fatal(message: unknown, ...more: unknown[]): void {
    this.write('fatal', message, more);
  }

  /** Nest gives the context last, and an error's stack, whose first line is its message, before it. */
  private write(level: Level, message: unknown, more: readonly unknown[]): void {
    if (!this.pino.isLevelEnabled(level)) return;
    const context = contextOf(more);
    const stack = more.slice(0, -1).find((part) => typeof part === 'string' && isStack(part)) as string | undefined;
    const fields = { context, ...(stack !== undefined && { stack: framesOf(stack) }) };
    if (message instanceof Error) this.pino[level]({ ...fields, error: safeError(message) });
    else if (typeof message === 'object' && message !== null) {
      const { message: text, ...rest } = message as { message?: unknown };
      this.pino[level]({ ...fields, ...rest }, typeof text === 'string' ? text : undefined);
    } else this.pino[level](fields, String(message));
  }
}

function contextOf(more: readonly unknown[]): string | undefined {
  const last = more.at(-1);
  return typeof last === 'string' && !isStack(last) ? last : undefined;
}

function isStack(text: string): boolean {
  return /\n\s+at /.test(text);
}

function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
