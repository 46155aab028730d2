import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { safeError } from '../observability/safe-error.ts';
import { RequestContext } from '../../foundation/request-context/request-context.ts';
import { Transactions } from './transactions/transactions.ts';

const EVERY_MS = 60 * 60 * 1_000;
/** Processes that never live for an hour forget, too. */
const SOON_MS = 60 * 1_000;
/** Nobody waits for it, and after a long pause there may be much. */
const LONGEST_PURGE = '5min';

/** In this order: a sign-in goes once its tokens are gone. */
const PURGES = ['app.purge_expired', 'app.purge_sign_ins', 'app.purge_counts'];

/**
 * Forgets what has served (idempotency keys after 72 hours, refresh tokens a day after they have expired, then their
 * sign-ins, and old counts of logins and calls), and makes the audit trail's next months. Several processes may do it at
 * once. What fails is tried again an hour later.
 */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = new Logger(Housekeeping.name);
  private timer: NodeJS.Timeout | undefined;
  private soon: NodeJS.Timeout | undefined;

  constructor(private readonly transactions: Transactions) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.prepareAuditMonths();
    this.soon = setTimeout(() => void this.purge(), SOON_MS).unref();
    this.timer = setInterval(() => void this.purge().then(() => this.prepareAuditMonths()), EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearTimeout(this.soon);
    clearInterval(this.timer);
  }

  async purge(): Promise<void> {
    for (const purge of PURGES) {
      try {
        await this.transactions.read(nobody(), async (tx) => {
          await tx.sql(`SET LOCAL statement_timeout = '${LONGEST_PURGE}'`);
          await tx.sql(`SELECT ${purge}()`);
        });
      } catch (error) {
        this.log.warn({ message: 'could not forget what has expired', purge, error: safeError(error) });
      }
    }
  }

  /** Three months ahead; an event without its month goes to the DEFAULT partition and is not lost. */
  async prepareAuditMonths(): Promise<void> {
    try {
      const waiting = await this.transactions.read(nobody(), (tx) => tx.sql('SELECT app.prepare_audit_months()'));
      if (waiting.length)
        this.log.warn('the audit trail lacks a month that has begun: let the owner run `npm run audit:archive`');
    } catch (error) {
      this.log.warn({ message: "could not make the audit trail's next months", error: safeError(error) });
    }
  }
}

function nobody(): RequestContext {
  return RequestContext.anonymous({ requestId: 'housekeeping' }, () => new Date());
}
