import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Forbidden, NotFound } from '../../foundation/errors/domain-error.ts';
import { holderOf } from '../../foundation/request-context/ctx.decorator.ts';
import { answerError } from '../rest/error-answer.ts';
import { AuditService } from './audit.service.ts';

/**
 * Records what a signed-in caller was denied, before the answer leaves. A GraphQL error then goes on to the edge, which
 * turns it into a code; a REST call has no other edge, and is answered here. An expected refusal is no error in the log;
 * without this filter Nest prints a stack for each.
 */
@Catch()
export class RefusalsFilter implements ExceptionFilter {
  constructor(private readonly audit: AuditService) {}

  async catch(exception: unknown, host: ArgumentsHost): Promise<unknown> {
    const ctx = holderOf(host).current;
    const overHttp = host.getType() === 'http';
    const reply = overHttp ? host.switchToHttp().getResponse<FastifyReply>() : undefined;
    try {
      const denied = exception instanceof Forbidden || exception instanceof NotFound;
      if (denied && ctx.isSignedIn) await this.audit.recordDenied(ctx, exception);
    } catch (fault) {
      if (reply) return answerError(reply, fault);
      throw fault;
    }
    if (reply) return answerError(reply, exception);
    throw exception;
  }
}
