import { Injectable } from '@nestjs/common';
import { AuditOutcome, AuditService } from '../audit/audit.service.ts';
import { Environment } from '../../platform/config/environment.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import { RateLimited } from '../../foundation/errors/domain-error.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { networkOf } from './address.ts';
import { Points } from './points.service.ts';
import { noteStanding } from './told-limits.ts';

/** How often an address may come to a door that needs no token. Without an answer of the database nobody passes. */
@Injectable()
export class AddressLimits {
  private readonly most: number;

  constructor(
    environment: Environment,
    private readonly points: Points,
    private readonly transactions: Transactions,
    private readonly audit: AuditService,
  ) {
    this.most = environment.LOGINS_PER_MINUTE;
  }

  /** @throws RateLimited the address has come too often within a minute */
  async pass(nobody: RequestContext, door: string): Promise<void> {
    if (this.most === 0) return;
    const { granted, remaining, endsInSeconds, firstRefusal } = await this.points.take(
      `address:${door}`,
      networkOf(nobody.origin.ipAddress),
      1,
      this.most,
    );
    noteStanding(nobody.origin, { policy: door, quota: this.most, left: remaining, endsInSeconds });
    if (granted > 0) return;
    if (firstRefusal) await this.recordRefusal(nobody, door);
    throw new RateLimited(endsInSeconds);
  }

  /** Once a window: a flood at the door is not to flood the trail. */
  private async recordRefusal(nobody: RequestContext, door: string): Promise<void> {
    await this.transactions.read(nobody, (tx) => {
      this.audit.recordNowhere(tx, {
        action: 'RATE_LIMITED',
        resource: 'api',
        outcome: AuditOutcome.DENIED,
        details: { door, callsPerMinute: this.most },
      });
    });
  }
}
