import { Injectable } from '@nestjs/common';
import { AuditOutcome, AuditService } from '../../rules/audit/audit.service.ts';
import { Points } from '../../rules/rate-limits/points.service.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { RateLimited } from '../../foundation/errors/domain-error.ts';

const AN_HOUR = { most: 10, seconds: 3_600 };

/**
 * Emails are unique across organizations, so who may make accounts finds out whose email has one in another practice. That
 * is recorded, and a practice is told it few times an hour: counted for all its admins together, since any of them can make
 * more. Super admins see every account anyway.
 */
@Injectable()
export class TakenEmails {
  constructor(
    private readonly points: Points,
    private readonly audit: AuditService,
  ) {}

  /**
   * Before an account is added, whatever its email: a refusal that came for taken ones alone would tell, too. The next one of
   * the practice waits until this transaction has ended, so that many at once are told no more.
   *
   * @throws RateLimited the practice has been told as often as an hour has
   */
  async requireUntold(tx: Tx): Promise<void> {
    const { isSuperAdmin } = tx.ctx.actor;
    if (isSuperAdmin) return;
    const { remaining, endsInSeconds } = await this.take(tx, 0);
    if (remaining <= 0) throw new RateLimited(endsInSeconds);
  }

  /** In the transaction that could not add the account, and that has to commit. */
  async noteTold(tx: Tx, email: string): Promise<void> {
    if (tx.ctx.actor.isSuperAdmin || (await isOwn(tx, email))) return;
    await this.take(tx, 1);
    this.audit.record(tx, {
      action: 'CREATE_USER',
      resource: 'user',
      outcome: AuditOutcome.FAILURE,
      details: { field: 'email', reason: 'TAKEN_ELSEWHERE' },
    });
  }

  private take(tx: Tx, wanted: number): ReturnType<Points['takeIn']> {
    return this.points.takeIn(tx, { kind: 'taken emails', subject: tx.organizationId, wanted, ...AN_HOUR });
  }
}

/** An account of the practice itself is no secret from it: its admins have the list. */
async function isOwn(tx: Tx, email: string): Promise<boolean> {
  const found = await tx.sql('SELECT 1 FROM users WHERE organization_id = $1 AND email = $2', [
    tx.organizationId,
    email,
  ]);
  return found.length > 0;
}
