import { newId } from '../../platform/database/rows/new-id.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { EndReason, SignIn } from './sign-in.entity.ts';

/**
 * The sign-ins of the users. Lock order: the user, then the sign-in. Whoever makes or ends one has locked the user's
 * row, so none is made while all are ended.
 */
export class SignIns {
  /** `confirmedAt` is the database's to set. */
  private readonly rows = new TenantRepository<SignIn, 'confirmedAt'>(SignIn);

  /** By the database's clock, which also tells when it is over. Travels with the commit. */
  begin(tx: Tx, userId: string, secondFactor: boolean): Pick<SignIn, 'id'> {
    const id = newId();
    tx.send(
      `INSERT INTO sign_ins (organization_id, id, user_id, created_at, second_factor)
       VALUES ($1, $2, $3, clock_timestamp(), $4)`,
      [tx.organizationId, id, userId, secondFactor],
    );
    return { id };
  }

  /** Its user has shown once more who they are. @returns when, by the database's clock */
  async confirm(tx: Tx, signInId: string): Promise<Date | undefined> {
    const [confirmed] = await tx.sql<{ at: Date }>(
      'UPDATE sign_ins SET confirmed_at = clock_timestamp() WHERE organization_id = $1 AND id = $2 RETURNING confirmed_at AS at',
      [tx.organizationId, signInId],
    );
    return confirmed?.at;
  }

  /** The sign-in, if it is not over. */
  async lockLive(tx: Tx, signInId: string): Promise<SignIn | null> {
    const row = await this.rows.lock(tx, signInId);
    return row?.endedAt ? null : row;
  }

  /** Ends one, and what a change of role left to its access tokens; false when nothing was left to end. */
  async end(tx: Tx, signInId: string, reason: EndReason): Promise<boolean> {
    const row = await this.rows.lock(tx, signInId);
    if (!row || !admits(row)) return false;
    await this.rows.update(tx, row, { endedAt: tx.ctx.now(), endReason: reason });
    return true;
  }

  /**
   * Ends all of a user's, but for one that is to go on. What a change of role left to its access tokens ends with any
   * other reason.
   */
  async endAll(tx: Tx, userId: string, reason: EndReason, butFor?: string): Promise<void> {
    await tx.sql(
      `UPDATE sign_ins SET ended_at = $3, end_reason = $4
        WHERE organization_id = $1 AND user_id = $2 AND (ended_at IS NULL OR end_reason = $5)
          AND id IS DISTINCT FROM $6::uuid`,
      [tx.organizationId, userId, tx.ctx.now(), reason, EndReason.ROLE_CHANGE, butFor ?? null],
    );
  }

  /** Its user has proved a second factor in it. */
  async proved(tx: Tx, signInId: string): Promise<void> {
    const row = await this.rows.lock(tx, signInId);
    if (row) await this.rows.update(tx, row, { secondFactor: true });
  }

  /** Whether its access tokens still count. */
  async letsIn(tx: Tx, userId: string, signInId: string): Promise<boolean> {
    const row = await this.rows.find(tx, signInId);
    return row?.userId === userId && admits(row);
  }
}

/** Whether access tokens of this sign-in still count: a change of role alone leaves them. */
function admits({ endedAt, endReason }: SignIn): boolean {
  return endedAt === null || endReason === EndReason.ROLE_CHANGE;
}
