import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AuditOutcome, AuditService } from '../audit/audit.service.ts';
import { Environment } from '../../platform/config/environment.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { RateLimited } from '../../foundation/errors/domain-error.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { networkOf } from './address.ts';
import { Points, WINDOW_SECONDS, type Taken } from './points.service.ts';
import { noteStanding } from './told-limits.ts';

/** For so long a refused flood is refused from memory: it costs the database one statement a second. */
const REMEMBERED_MS = 1_000;
const MOST_REMEMBERED = 10_000;
/** Tries a minute of one device, sign-in or refresh token: more than somebody makes who knows what they are doing. */
const MOST_OF_A_SLOT = 10;

/**
 * What somebody has shown who is no stranger: they are counted for it and not for their address, where strangers may have
 * used everything up.
 */
export interface OwnSlot {
  /** What clients know the limit by. */
  readonly policy: string;
  readonly subject: string;
}

/** A try that was let in. */
export interface Passage {
  /** It was right: with the transaction's commit it does not count any more. */
  uncount(tx: Tx): void;
}

interface Counted {
  readonly policy: string;
  readonly kind: string;
  readonly subject: string;
  readonly quota: number;
}

const UNCOUNTED: Passage = { uncount: () => undefined };

/**
 * How often somebody may come to a door that needs no token. Tries of strangers are counted for their address, and what turns
 * out to be right is uncounted: an address is charged for failures alone. Whoever has a slot of their own is counted for
 * that, whatever comes of it, and not for the address. Without an answer of the database nobody passes.
 */
@Injectable()
export class DoorLimits {
  private readonly most: number;
  /** Until when, by this process's clock, there was nothing left. */
  private readonly empty = new LRUCache<string, { readonly heardAt: number; readonly endsInSeconds: number }>({
    max: MOST_REMEMBERED,
    ttl: REMEMBERED_MS,
  });

  constructor(
    environment: Environment,
    private readonly points: Points,
    private readonly transactions: Transactions,
    private readonly audit: AuditService,
  ) {
    this.most = environment.LOGINS_PER_MINUTE;
  }

  /** @throws RateLimited too many tries within a minute, of the address or of the slot */
  async pass(nobody: RequestContext, door: string, own?: OwnSlot): Promise<Passage> {
    if (this.most === 0) return UNCOUNTED;
    const counted = own
      ? { policy: own.policy, kind: `own:${door}`, subject: own.subject, quota: Math.min(MOST_OF_A_SLOT, this.most) }
      : { policy: door, kind: `address:${door}`, subject: networkOf(nobody.origin.ipAddress), quota: this.most };
    this.requireNotEmpty(nobody, counted);
    const taken = await this.points.take(counted.kind, counted.subject, 1, counted.quota);
    this.note(nobody, counted, taken);
    if (taken.granted === 0) {
      this.empty.set(keyOf(counted), { heardAt: performance.now(), endsInSeconds: taken.endsInSeconds });
      if (taken.firstRefusal) await this.recordRefusal(nobody, counted, taken);
      throw new RateLimited(taken.endsInSeconds);
    }
    return own ? UNCOUNTED : { uncount: (tx) => this.uncount(nobody, tx, counted, taken) };
  }

  /**
   * Counts what an account itself does a minute, in its transaction: what an address is not charged for must not be without
   * end.
   *
   * @throws RateLimited the account has done it too often within a minute
   */
  async spendIn(tx: Tx, what: string, account: string): Promise<void> {
    if (this.most === 0) return;
    const { granted, endsInSeconds } = await this.points.takeIn(tx, {
      kind: what,
      subject: account,
      wanted: 1,
      most: this.most,
      seconds: WINDOW_SECONDS,
    });
    if (granted === 0) throw new RateLimited(endsInSeconds);
  }

  private requireNotEmpty(nobody: RequestContext, counted: Counted): void {
    const known = this.empty.get(keyOf(counted));
    if (!known) return;
    const endsInSeconds = known.endsInSeconds - (performance.now() - known.heardAt) / 1_000;
    if (endsInSeconds <= 0) return;
    this.note(nobody, counted, { remaining: 0, endsInSeconds });
    throw new RateLimited(endsInSeconds);
  }

  private uncount(nobody: RequestContext, tx: Tx, counted: Counted, taken: Taken): void {
    this.points.giveBackIn(tx, counted.kind, counted.subject);
    tx.afterCommit(() => {
      this.empty.delete(keyOf(counted));
      this.note(nobody, counted, { ...taken, remaining: taken.remaining + 1 });
    });
  }

  private note(
    { origin }: RequestContext,
    { policy, quota }: Counted,
    { remaining, endsInSeconds }: Pick<Taken, 'remaining' | 'endsInSeconds'>,
  ): void {
    noteStanding(origin, { policy, quota, left: remaining, endsInSeconds });
  }

  /**
   * Once a window: a flood at the door is not to flood the trail. A try that was right gives its point back, and the refusal
   * after it is a first one again, so the events have a point of their own, which ends with the window.
   */
  private async recordRefusal(nobody: RequestContext, counted: Counted, { endsInSeconds }: Taken): Promise<void> {
    const { kind, subject, quota } = counted;
    const [of, door] = kind.split(':');
    await this.transactions.run(nobody, async (tx) => {
      tx.allowBlindReplay(); // the point and the event are there both, or neither is
      const seconds = Math.floor(endsInSeconds);
      const { granted } = await this.points.takeIn(tx, { kind: `told:${kind}`, subject, wanted: 1, most: 1, seconds });
      if (granted === 0) return;
      this.audit.recordNowhere(tx, {
        action: 'RATE_LIMITED',
        resource: 'api',
        outcome: AuditOutcome.DENIED,
        details: { door, ...(of === 'own' && { ownSlot: true }), callsPerMinute: quota },
      });
    });
  }
}

function keyOf({ kind, subject }: Counted): string {
  return `${kind} ${subject}`;
}
