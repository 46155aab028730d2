import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { Forbidden, NotFound } from '../errors/domain-error.ts';
import type { RequestHolder } from '../request-context/ctx.decorator.ts';
import { AuditService } from './audit.service.ts';

/**
 * Records what a signed-in caller was denied, before the answer leaves, and lets every error go on to the edge, which
 * turns it into a code. An expected refusal is no error in the log; without this filter Nest prints a stack for each.
 */
@Catch()
export class RefusalsFilter implements ExceptionFilter {
  constructor(private readonly audit: AuditService) {}

  async catch(exception: unknown, host: ArgumentsHost): Promise<unknown> {
    const ctx = host.getArgByIndex<{ holder?: RequestHolder } | undefined>(2)?.holder?.current;
    const denied = exception instanceof Forbidden || exception instanceof NotFound;
    if (denied && ctx?.isSignedIn) await this.audit.recordDenied(ctx, exception);
    throw exception;
  }
}
