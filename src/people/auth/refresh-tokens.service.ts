import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/database/rows/new-id.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { SignIn } from '../users/sign-in.entity.ts';
import { User } from '../users/user.entity.ts';
import { RefreshToken } from './refresh-token.entity.ts';
import { Stamps } from './stamps.service.ts';

const LIFETIME_MS = 30 * 24 * 60 * 60 * 1_000;

export enum Spending {
  SERVED = 'SERVED',
  SPENT_BEFORE = 'SPENT_BEFORE',
  EXPIRED = 'EXPIRED',
}

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
  ) {}

  /** Whether it was given out here once. False for those of the version before, too, which had no stamp. */
  isStamped(token: string): boolean {
    const [random = '', stamp = ''] = token.split('.');
    return this.stamps.fits(stamp, 'refresh', random);
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

  /** Makes a token for a user whose row the transaction has locked, and answers it in clear: the only time it is seen. */
  async issue(tx: Tx, { id: signInId, userId }: Pick<SignIn, 'id' | 'userId'>): Promise<string> {
    const random = randomBytes(32).toString('base64url');
    const token = `${random}.${this.stamps.of('refresh', random)}`;
    const createdAt = tx.ctx.now();
    const expiresAt = new Date(createdAt.getTime() + LIFETIME_MS);
    await this.rows.insert(tx, {
      id: newId(),
      userId,
      signInId,
      tokenHash: hashOf(token),
      createdAt,
      expiresAt,
      spentAt: null,
    });
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
    const row = await this.rows.lock(tx, tokenId);
    const now = tx.ctx.now();
    if (row?.spentAt) return Spending.SPENT_BEFORE;
    if (!row || row.expiresAt <= now) return Spending.EXPIRED;
    await this.rows.update(tx, row, { spentAt: now });
    return Spending.SERVED;
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
