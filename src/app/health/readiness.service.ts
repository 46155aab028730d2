import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Schema } from '../../platform/database/schema/schema.service.ts';
import { safeError } from '../../platform/observability/safe-error.ts';

/** Shorter than what probes wait for, and than what a caller would wait for a connection of the pool. */
const LIMIT_MS = 2_000;

/** Whether this process should be sent requests: its database answers and is as we need it, and nobody asked it to end. */
@Injectable()
export class Readiness {
  private readonly log = new Logger(Readiness.name);
  private withdrawn = false;
  private wasReady = true;
  private look: Promise<boolean> | undefined;

  constructor(private readonly schema: Schema) {}

  /** Not ready any more, and never again: the process is about to end. */
  withdraw(): void {
    this.withdrawn = true;
  }

  async isReady(): Promise<boolean> {
    const ready = await this.databaseIsReady();
    return ready && !this.withdrawn;
  }

  private async databaseIsReady(): Promise<boolean> {
    // all who ask meanwhile share one look, so that probes take no more than one connection, however many come
    this.look ??= this.lookOnce().finally(() => {
      this.look = undefined;
    });
    const inTime = new AbortController();
    const limit = sleep(LIMIT_MS, false, { signal: inTime.signal }).catch(() => false);
    const ready = await Promise.race([this.look, limit]);
    inTime.abort();
    return ready;
  }

  private async lookOnce(): Promise<boolean> {
    const fault = await this.schema.fault().catch((error: unknown) => safeError(error));
    const ready = fault === undefined;
    // once a change, not once a probe
    if (ready !== this.wasReady) this.log.warn(ready ? 'ready again' : { message: 'not ready', fault });
    this.wasReady = ready;
    return ready;
  }
}
