import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Forbidden, IdentityUnconfirmed, NotFound } from '../../foundation/errors/domain-error.ts';
import { holderOf, settle } from '../../foundation/request-context/ctx.decorator.ts';
import { answerError } from '../rest/error-answer.ts';
import { DenialTrail } from './denial-trail.service.ts';

/**
 * Notes what a signed-in caller was denied; it is recorded before the answer leaves. A GraphQL error then goes on to the edge,
 * which turns it into a code and records once all fields have come to their end; a REST call has no other edge, and is
 * answered here. An expected refusal is no error in the log; without this filter Nest prints a stack for each.
 */
@Catch()
export class RefusalsFilter implements ExceptionFilter {
  constructor(private readonly denials: DenialTrail) {}

  async catch(exception: unknown, host: ArgumentsHost): Promise<unknown> {
    const holder = holderOf(host);
    const denied =
      exception instanceof Forbidden || exception instanceof NotFound || exception instanceof IdentityUnconfirmed;
    if (denied && holder.current.isSignedIn) this.denials.note(holder, exception);
    if (host.getType() !== 'http') throw exception;
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    try {
      await settle(holder);
    } catch (fault) {
      return answerError(reply, fault);
    }
    return answerError(reply, exception);
  }
}
