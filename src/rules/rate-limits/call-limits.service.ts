import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Environment } from '../../platform/config/environment.ts';
import { RateLimited } from '../../foundation/errors/domain-error.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { safeError } from '../../platform/observability/safe-error.ts';
import { Points, WINDOW_SECONDS } from './points.service.ts';
import { noteStanding } from './told-limits.ts';

const MOST_USERS = 10_000;
const POLICY = 'calls';

/** Points that this process has taken for a user and may spend without asking anybody. */
interface Lease {
  left: number;
  /** What the window still had for all processes when these were taken: as much as this one knows of it. */
  readonly beyond: number;
  /** By this process's own clock, and not after the window's end by the database's. */
  readonly endsAt: number;
  /** There was nothing left to take: nobody asks again before the window ends. */
  readonly empty: boolean;
}

/**
 * How many calls a signed-in user may make a minute, in all processes together. A process takes points in lots of a
 * sixtieth: one statement for as many calls, and none while a user is over the limit. All processes together never let
 * more through than the limit; what one holds unspent is missing in another, a lot at most.
 *
 * Without an answer of the database a process goes on with a lot a second of its own: the API's limit is there against
 * runaway clients, and must not be what takes the API down.
 */
@Injectable()
export class CallLimits {
  private readonly log = new Logger(CallLimits.name);
  private readonly most: number;
  private readonly lot: number;
  private readonly leases = new LRUCache<string, Lease>({ max: MOST_USERS });
  private readonly renewals = new Map<string, Promise<void>>();

  constructor(
    environment: Environment,
    private readonly points: Points,
  ) {
    this.most = environment.CALLS_PER_MINUTE;
    this.lot = Math.max(1, Math.floor(this.most / WINDOW_SECONDS));
  }

  /** Spends one call. @throws RateLimited the user has made as many as a minute has */
  async spend({ actor: { userId }, origin }: RequestContext): Promise<void> {
    if (this.most === 0) return;
    for (;;) {
      const lease = this.leases.get(userId);
      const endsInSeconds = lease ? (lease.endsAt - performance.now()) / 1_000 : 0;
      if (lease && endsInSeconds > 0 && (lease.empty || lease.left > 0)) {
        if (!lease.empty) lease.left -= 1;
        noteStanding(origin, { policy: POLICY, quota: this.most, left: lease.left + lease.beyond, endsInSeconds });
        if (lease.empty) throw new RateLimited(endsInSeconds);
        return;
      }
      await this.renew(userId);
    }
  }

  /** Calls at the same moment wait for one lot. */
  private async renew(userId: string): Promise<void> {
    const renewal = this.renewals.get(userId) ?? this.takeLot(userId).finally(() => void this.renewals.delete(userId));
    this.renewals.set(userId, renewal);
    await renewal;
  }

  private async takeLot(userId: string): Promise<void> {
    // before the question: the window ends in this process at the same moment or earlier
    const askedAt = performance.now();
    try {
      const { granted, remaining, endsInSeconds } = await this.points.take('user', userId, this.lot, this.most);
      const endsAt = askedAt + endsInSeconds * 1_000;
      this.leases.set(userId, { left: granted, beyond: remaining, endsAt, empty: granted === 0 });
    } catch (error) {
      this.log.warn({ message: 'calls are counted in this process alone for a second', error: safeError(error) });
      this.leases.set(userId, { left: this.lot, beyond: 0, endsAt: performance.now() + 1_000, empty: false });
    }
  }
}
