import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { PUBLIC, REQUIRED } from '../../rules/access/requires.decorator.ts';
import { Unauthenticated } from '../../foundation/errors/domain-error.ts';
import { holderOf, requestOf, type RequestHolder } from '../../foundation/request-context/ctx.decorator.ts';
import { CallLimits } from '../../rules/rate-limits/call-limits.service.ts';
import { Beside } from '../../foundation/request-context/beside.ts';
import type { Actor } from '../../foundation/request-context/request-context.ts';

/**
 * The front door: settles once per request who asks. What they may is asked at each door by RoleGuard. A public door
 * does not look at the token, so that somebody with a stale one can sign in.
 */
@Injectable()
export class AuthenticationGuard extends AuthGuard('jwt') {
  /** Root fields of a query start at the same time: they wait for one check of the token, counted as one call. */
  private readonly checks = new Beside<RequestHolder, Promise<unknown>>();

  constructor(
    private readonly reflector: Reflector,
    private readonly calls: CallLimits,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const required = this.reflector.getAllAndOverride<unknown>(REQUIRED, [context.getHandler(), context.getClass()]);
    if (required === PUBLIC) return true;
    const holder = holderOf(context);
    const check = this.checks.get(holder) ?? this.enter(context, holder);
    this.checks.set(holder, check);
    await check;
    return true;
  }

  /** Once a request: who asks, and whether they ask too often. Who has just signed in is known already. */
  private async enter(context: ExecutionContext, holder: RequestHolder): Promise<void> {
    if (holder.current.isSignedIn) return;
    await super.canActivate(context);
    await this.calls.spend(holder.current);
  }

  override getRequest(context: ExecutionContext): unknown {
    return requestOf(context);
  }

  /**
   * Passport's answer. `fault` is the database's, which is no reason to sign anybody out; whatever is wrong with the
   * token comes as no user.
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- passport's signature
  override handleRequest<Answer>(fault: unknown, user: unknown, _info: unknown, context: ExecutionContext): Answer {
    if (fault instanceof Error) throw fault;
    if (!user) throw new Unauthenticated();
    const holder = holderOf(context);
    holder.current = holder.current.as(user as Actor);
    return user as Answer;
  }
}
