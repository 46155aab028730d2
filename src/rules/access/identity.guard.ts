import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import { IdentityUnconfirmed } from '../../foundation/errors/domain-error.ts';
import { holderOf } from '../../foundation/request-context/ctx.decorator.ts';
import type { Actor } from '../../foundation/request-context/request-context.ts';
import { CONFIRMED_WITHIN_SECONDS } from './confirmed-within.ts';
import { objectAskedFor } from './object-asked-for.ts';
import { IDS, type NamesIds } from './requires.decorator.ts';

/**
 * Stands at the doors where accounts, rights and the security of an organization are changed, behind the guards of every
 * door: an access token that was stolen is not enough there. By the database's clock. Nothing is asked at other doors.
 */
@Injectable()
export class IdentityGuard implements CanActivate {
  constructor(
    private readonly transactions: Transactions,
    private readonly reflector: Reflector,
  ) {}

  /** @throws IdentityUnconfirmed the caller's sign-in has shown nothing for too long */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const ctx = holderOf(context).current;
    const { organizationId, signInId }: Actor = ctx.actor;
    const fresh = await this.transactions.ask(ctx.within(organizationId), (tx) =>
      tx.sql(
        `SELECT 1 FROM sign_ins WHERE organization_id = $1 AND id = $2
            AND confirmed_at > clock_timestamp() - make_interval(secs => $3)`,
        [organizationId, signInId, CONFIRMED_WITHIN_SECONDS],
      ),
    );
    if (fresh.length > 0) return true;
    throw new IdentityUnconfirmed(
      CONFIRMED_WITHIN_SECONDS,
      objectAskedFor(context, this.reflector.get<NamesIds | undefined>(IDS, context.getHandler())),
    );
  }
}
