import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { BadUserInput } from '../../foundation/errors/domain-error.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { CONFIRMED_WITHIN_SECONDS } from '../../rules/access/confirmed-within.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { SecondFactors } from '../second-factor/second-factors.service.ts';
import { SignIns } from '../users/sign-ins.ts';
import type { User } from '../users/user.entity.ts';
import { Credentials, type Proof } from './credentials.service.ts';

export interface IdentityProof {
  readonly password?: string | null;
  readonly totpCode?: string | null;
}

/** Showing once more who one is, in a sign-in that goes on: asked for by what changes accounts (IdentityGuard). */
@Injectable()
export class Identity {
  private readonly signIns = new SignIns();

  constructor(
    private readonly credentials: Credentials,
    private readonly secondFactors: SecondFactors,
    private readonly audit: AuditService,
  ) {}

  /**
   * The password, or a code of the second factor; of both, both. A wrong one is counted and recorded as at a login.
   *
   * @returns until when it counts, by the database's clock
   * @throws BadUserInput neither is there, or one is wrong
   * @throws RateLimited too many tries in this sign-in
   */
  confirm(ctx: RequestContext, { password, totpCode }: IdentityProof): Promise<Date> {
    const code = totpCode?.trim();
    if (password == null && !code) throw new BadUserInput({ password: 'or totpCode is needed' });
    return this.credentials.proveAgain(
      ctx,
      ctx.anonymously(),
      (tx, user) => this.confirmIn(tx, user, ctx.actor.signInId, code),
      password ?? undefined,
    );
  }

  private async confirmIn(
    tx: Tx,
    user: User,
    signInId: string | undefined,
    code: string | undefined,
  ): Promise<Proof<Date>> {
    const used = code ? await this.secondFactors.used(tx, user, code) : undefined;
    if (code && !used)
      return {
        refusal: new BadUserInput({ totpCode: 'is wrong, too old, has served already, or there is no second factor' }),
        secondFactor: 'INVALID',
      };
    const confirmedAt = signInId ? await this.signIns.confirm(tx, signInId) : undefined;
    if (!confirmedAt) throw new Error('A signed-in user has no sign-in.');
    this.audit.record(tx, {
      action: 'CONFIRM_IDENTITY',
      resource: 'user',
      resourceId: user.id,
      details: used ? { secondFactor: used } : undefined,
    });
    return { granted: new Date(confirmedAt.getTime() + CONFIRMED_WITHIN_SECONDS * 1_000) };
  }
}
