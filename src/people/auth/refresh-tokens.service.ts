import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/database/rows/new-id.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { Environment } from '../../platform/config/environment.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { SignIn } from '../users/sign-in.entity.ts';
import { User } from '../users/user.entity.ts';
import { RefreshToken } from './refresh-token.entity.ts';
import { Stamps } from './stamps.service.ts';

/** What is random, and its stamp, and nothing else: each text that fits is a subject with tries of its own. */
const STAMPED = /^([\w-]{43})\.([\w-]{22})$/;

export enum Spending {
  SERVED = 'SERVED',
  SPENT_BEFORE = 'SPENT_BEFORE',
  EXPIRED = 'EXPIRED',
}

/** It is kept until its sign-in is over: spent, it still tells a thief's whole sign-in. */
const INSERT = `INSERT INTO refresh_tokens (organization_id, id, user_id, sign_in_id, token_hash, created_at, expires_at)
  SELECT organization_id, $3, user_id, id, $4, clock_timestamp(), created_at + make_interval(days => $5)
    FROM sign_ins WHERE organization_id = $1 AND id = $2`;

/** By the database's clock, and by the limits of today: who lowers them ends what is above. */
const IN_TIME = `SELECT t.expires_at > clock_timestamp()
       AND s.created_at > clock_timestamp() - make_interval(days => $3)
       AND t.created_at > clock_timestamp() - make_interval(hours => $4) AS "inTime"
  FROM refresh_tokens t JOIN sign_ins s ON s.organization_id = t.organization_id AND s.id = t.sign_in_id
 WHERE t.organization_id = $1 AND t.id = $2`;

export interface OwnedToken {
  readonly tokenId: string;
  readonly signInId: string;
  readonly user: User;
  readonly hasServed: boolean;
}

/** Keeps and spends refresh tokens. Lock order: the user, then the token. */
@Injectable()
export class RefreshTokens {
  private readonly rows = new TenantRepository(RefreshToken);
  private readonly users = new TenantRepository(User);

  constructor(
    private readonly transactions: Transactions,
    private readonly stamps: Stamps,
    private readonly environment: Environment,
  ) {}

  /** Whether it was given out here once. False for those of the version before, too, which had no stamp. */
  isStamped(token: string): boolean {
    const [, random, stamp] = STAMPED.exec(token) ?? [];
    return random !== undefined && stamp !== undefined && this.stamps.fits(stamp, 'refresh', random);
  }

  /** Whose token this is, spent or not; undefined for an unknown one. `nobody` is a context that is not signed in. */
  async find(nobody: RequestContext, token: string): Promise<OwnedToken | undefined> {
    const [found] = await this.transactions.read(nobody, (tx) =>
      tx.sql<{ organization_id: string; token_id: string }>(
        'SELECT organization_id, token_id FROM app.refresh_token_owner($1)',
        [hashOf(token)],
      ),
    );
    if (!found) return undefined;
    return this.transactions.read(nobody.within(found.organization_id), async (tx) => {
      const row = await this.rows.find(tx, found.token_id);
      const user = row && (await this.users.find(tx, row.userId));
      return user ? { tokenId: row.id, signInId: row.signInId, user, hasServed: row.spentAt !== null } : undefined;
    });
  }

  /**
   * Makes a token for a user whose row the transaction has locked, and answers it in clear: the only time it is seen. It is
   * saved with the commit.
   */
  issue(tx: Tx, { id: signInId }: Pick<SignIn, 'id'>): string {
    const random = randomBytes(32).toString('base64url');
    const token = `${random}.${this.stamps.of('refresh', random)}`;
    const { SIGN_IN_DAYS } = this.environment;
    tx.send(INSERT, [tx.organizationId, signInId, newId(), hashOf(token), SIGN_IN_DAYS]);
    return token;
  }

  /** Whether this token was saved. */
  async has(tx: Tx, token: string): Promise<boolean> {
    const found = await tx.sql('SELECT 1 FROM refresh_tokens WHERE organization_id = $1 AND token_hash = $2', [
      tx.organizationId,
      hashOf(token),
    ]);
    return found.length > 0;
  }

  /** Uses a token up, if it can be used. Of several at once, one is SERVED, and the others come with a spent one. */
  async spend(tx: Tx, tokenId: string): Promise<Spending> {
    const { SIGN_IN_DAYS, SIGN_IN_IDLE_HOURS } = this.environment;
    const [row, [limits]] = await Promise.all([
      this.rows.lock(tx, tokenId),
      tx.sql<{ inTime: boolean }>(IN_TIME, [tx.organizationId, tokenId, SIGN_IN_DAYS, SIGN_IN_IDLE_HOURS]),
    ]);
    if (row?.spentAt) return Spending.SPENT_BEFORE;
    if (!row || !limits?.inTime) return Spending.EXPIRED;
    await this.rows.update(tx, row, { spentAt: tx.ctx.now() });
    return Spending.SERVED;
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
