import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { safeError } from '../observability/safe-error.ts';

const EVERY_MS = 60 * 60 * 1_000;

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

  constructor(private readonly dataSource: DataSource) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.prepareAuditMonths();
    this.timer = setInterval(() => void this.purge().then(() => this.prepareAuditMonths()), EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  async purge(): Promise<void> {
    try {
      for (const purge of PURGES) await this.dataSource.query(`SELECT ${purge}()`);
    } catch (error) {
      this.log.warn({ message: 'could not forget what has expired', error: safeError(error) });
    }
  }

  /** Three months ahead; an event without its month goes to the DEFAULT partition and is not lost. */
  async prepareAuditMonths(): Promise<void> {
    try {
      const waiting = await this.dataSource.query<{ month: string }[]>('SELECT app.prepare_audit_months() AS month');
      if (waiting.length)
        this.log.warn('the audit trail lacks a month that has begun: let the owner run `npm run audit:archive`');
    } catch (error) {
      this.log.warn({ message: "could not make the audit trail's next months", error: safeError(error) });
    }
  }
}
