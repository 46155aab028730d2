import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { JsonWebTokenError, TokenExpiredError } from '@nestjs/jwt';
import { AuthGuard } from '@nestjs/passport';
import { ROW_WEIGHT } from '../../rules/rest/endpoint.decorator.ts';
import { rowsAskedFor } from '../../rules/rest/page-query.ts';
import { PUBLIC, REQUIRED } from '../../rules/access/requires.decorator.ts';
import { Unauthenticated } from '../../foundation/errors/domain-error.ts';
import { requestOf, type HeldRequest, type RequestHolder } from '../../foundation/request-context/ctx.decorator.ts';
import { pointsBefore } from '../../foundation/request-context/price.ts';
import { CallLimits } from '../../rules/rate-limits/call-limits.service.ts';
import { Admission } from '../../rules/rate-limits/admission.service.ts';
import { Beside } from '../../foundation/request-context/beside.ts';
import type { Actor } from '../../foundation/request-context/request-context.ts';

/** Nobody here has signed it. To whoever sends it, a token like others that do not count. */
export class JunkToken extends Unauthenticated {}

/**
 * The front door: settles once per request who asks. What they may is asked at each door by RoleGuard. A public door
 * does not look at the token, so that somebody with a stale one can sign in.
 */
@Injectable()
export class AuthenticationGuard extends AuthGuard('jwt') {
  private readonly senders = new Beside<RequestHolder, Promise<Actor | undefined>>();
  /** Root fields of a query start at the same time: they wait for one turn. */
  private readonly entries = new Beside<RequestHolder, Promise<void>>();

  constructor(
    private readonly reflector: Reflector,
    private readonly admission: Admission,
    private readonly calls: CallLimits,
  ) {
    super();
  }

  /**
   * Who sends a request, by its token, which is asked once. Undefined: it has none that counts. Before anything else of it is
   * read: see app/front-door.ts.
   *
   * @throws JunkToken
   */
  senderOf(request: HeldRequest, reply: unknown): Promise<Actor | undefined> {
    const { holder } = request;
    const known = this.senders.get(holder) ?? this.ask(new ExecutionContextHost([request, reply]));
    this.senders.set(holder, known);
    return known;
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const required = this.reflector.getAllAndOverride<unknown>(REQUIRED, [context.getHandler(), context.getClass()]);
    if (required === PUBLIC) return true;
    const request = requestOf(context);
    const { holder } = request;
    const entry = this.entries.get(holder) ?? this.enter(request, context);
    this.entries.set(holder, entry);
    await entry;
    return true;
  }

  /** Once a request: who asks, what it costs for certain, and their turn. */
  private async enter(request: HeldRequest, context: ExecutionContext): Promise<void> {
    const { holder } = request;
    // who has just signed in was nobody at the front door
    if (holder.current.isSignedIn) await this.calls.spend(holder.current);
    else {
      const sender = await this.senderOf(request, undefined);
      if (!sender) throw new Unauthenticated();
      holder.current = holder.current.as(sender);
    }
    const weight = this.reflector.get<number | undefined>(ROW_WEIGHT, context.getHandler());
    if (weight !== undefined) {
      const { query } = context.switchToHttp().getRequest<{ query: object }>();
      holder.current.effort.expected = weight * rowsAskedFor(query);
    }
    this.calls.charge(holder.current, pointsBefore(holder.current.effort));
    this.calls.requireLeft(holder.current);
    await this.admission.enter(holder);
  }

  private async ask(context: ExecutionContextHost): Promise<Actor | undefined> {
    await super.canActivate(context);
    return (requestOf(context) as HeldRequest & { readonly user?: Actor }).user;
  }

  /**
   * Passport's answer. `fault` is the database's, which is no reason to sign anybody out; whatever is wrong with the
   * token comes as no user.
   *
   * @throws JunkToken
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- passport's signature
  override handleRequest<Answer>(fault: unknown, user: unknown, wrong: unknown): Answer {
    if (fault instanceof Error) throw fault;
    if (wrong instanceof JsonWebTokenError && !(wrong instanceof TokenExpiredError)) throw new JunkToken();
    return (user || undefined) as Answer;
  }
}
