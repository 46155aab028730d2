import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { safeError } from '../observability/safe-error.ts';

const EVERY_MS = 60 * 60 * 1_000;

/** In this order: a sign-in goes once its tokens are gone. */
const PURGES = ['app.purge_expired', 'app.purge_sign_ins', 'app.purge_counts'];

/**
 * Forgets what has served: idempotency keys after 72 hours, refresh tokens a day after they have expired, then
 * their sign-ins, and old counts of logins and calls. Several
 * processes may do it at once. What fails is tried again an hour later.
 */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = new Logger(Housekeeping.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly dataSource: DataSource) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.purge(), EVERY_MS).unref();
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
}
