import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Environment } from '../../platform/config/environment.ts';
import { RateLimited } from '../../foundation/errors/domain-error.ts';
import type { Origin, RequestContext } from '../../foundation/request-context/request-context.ts';
import { safeError } from '../../platform/observability/safe-error.ts';
import { Points, WINDOW_SECONDS } from './points.service.ts';
import { noteStanding } from './told-limits.ts';

const MOST_USERS = 10_000;
const POLICY = 'points';

/** Points that this process has taken for a user and may spend without asking anybody. */
interface Lease {
  /** Below 0 where calls cost more than was there: what comes next has to make up for it. */
  left: number;
  /** What the window still had for all processes when these were taken: as much as this one knows of it. */
  readonly beyond: number;
  /** By this process's own clock, and not after the window's end by the database's. */
  readonly endsAt: number;
  /** There was nothing left to take: nobody asks again before the window ends. */
  readonly empty: boolean;
}

/**
 * How many points a signed-in user may spend a minute, in all processes together. A call spends one when it comes, what is
 * sure when it is begun, and the rest when it is answered (request-context/price.ts). A process takes points in lots of a
 * sixtieth: one statement for as many calls, and none while a user is over the limit. What one holds unspent is missing in
 * another, a lot at most; what a call has cost beyond what was left is taken from what comes next.
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
    this.most = environment.POINTS_PER_MINUTE;
    this.lot = Math.max(1, Math.floor(this.most / WINDOW_SECONDS));
  }

  /** Spends the point that every call costs. @throws RateLimited the user has spent as many as a minute has */
  async spend({ actor: { userId }, origin }: RequestContext): Promise<void> {
    if (this.most === 0) return;
    for (;;) {
      const lease = this.leases.get(userId);
      const endsInSeconds = secondsLeft(lease);
      if (lease && endsInSeconds > 0 && (lease.empty || lease.left > 0)) {
        if (!lease.empty) lease.left -= 1;
        this.note(origin, lease);
        if (lease.empty) throw new RateLimited(endsInSeconds);
        return;
      }
      await this.renew(userId);
    }
  }

  /** Charges what a call costs beyond its first point: what is known before it is begun, and the rest when it is over. */
  charge({ actor: { userId }, origin }: RequestContext, points: number): void {
    const lease = this.leases.get(userId);
    if (!lease) return;
    lease.left -= points; // also behind its end: the next one makes up for it
    if (secondsLeft(lease) > 0) this.note(origin, lease);
  }

  /** @throws RateLimited calls that came before have cost more than there is */
  requireLeft({ actor: { userId } }: RequestContext): void {
    const lease = this.leases.get(userId);
    const endsInSeconds = secondsLeft(lease);
    if (lease && endsInSeconds > 0 && lease.left + lease.beyond < 0) throw new RateLimited(endsInSeconds);
  }

  private note(origin: Origin, lease: Lease): void {
    const { left, beyond } = lease;
    noteStanding(origin, {
      policy: POLICY,
      quota: this.most,
      left: left + beyond,
      endsInSeconds: secondsLeft(lease),
    });
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
    const owed = (): number => Math.min(Math.max(0, -(this.leases.get(userId)?.left ?? 0)), this.most);
    try {
      const wanted = this.lot + owed();
      const { granted, remaining, endsInSeconds } = await this.points.take('user', userId, wanted, this.most);
      const endsAt = askedAt + endsInSeconds * 1_000;
      const left = granted - owed(); // calls that were charged meanwhile included
      this.leases.set(userId, { left, beyond: remaining, endsAt, empty: granted === 0 });
    } catch (error) {
      this.log.warn({ message: 'calls are counted in this process alone for a second', error: safeError(error) });
      this.leases.set(userId, { left: this.lot, beyond: this.most, endsAt: performance.now() + 1_000, empty: false });
    }
  }
}

function secondsLeft(lease: Lease | undefined): number {
  return lease ? (lease.endsAt - performance.now()) / 1_000 : 0;
}
