import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Environment } from '../../platform/config/environment.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import { gauge } from '../../platform/observability/metrics.ts';
import { safeError } from '../../platform/observability/safe-error.ts';
import { RequestContext } from '../../foundation/request-context/request-context.ts';

/** A link that a chain has grown by. */
export interface Seal {
  /** Null: the chain of events that belong to no organization. */
  readonly organization_id: string | null;
  readonly seq: number;
  readonly event_count: number;
  readonly hash: string;
  readonly more: boolean;
}

const BATCH = 10_000;
const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Seals the audit trail in the background, so that no booking waits for it. Several processes may: one of them seals, the
 * others find it busy. What fails is tried again at the next turn.
 */
@Injectable()
export class AuditSealing implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(AuditSealing.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopping = false;
  /** From then on the next run looks at the whole trail as well; the first one does. */
  private wholeTrailAt = 0;

  constructor(
    private readonly transactions: Transactions,
    private readonly environment: Environment,
  ) {}

  onApplicationBootstrap(): void {
    gauge('therapy_audit_unsealed_events', 'Audit events that are not sealed yet, up to 100,000', () =>
      this.backlog().then(({ events }) => events),
    );
    gauge('therapy_audit_unsealed_age_seconds', 'Age of the oldest of them, 0 if there is none', () =>
      this.backlog().then(({ oldest }) => (oldest ? (Date.now() - oldest.getTime()) / 1_000 : 0)),
    );
    const seconds = this.environment.AUDIT_SEAL_SECONDS;
    if (seconds > 0) this.timer = setInterval(() => void this.run(), seconds * 1_000).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.stopping = true;
    await this.running;
    await this.attempt(false);
  }

  /** Seals all that there is, unless a run is on its way already. Never throws. */
  async run(): Promise<void> {
    this.running ??= this.sealAll().finally(() => (this.running = undefined));
    return this.running;
  }

  /** One batch. @returns the links that were added, none where nothing was to be sealed or somebody else does it */
  async seal({ everything = false, most = BATCH } = {}): Promise<Seal[]> {
    const nobody = RequestContext.anonymous({ requestId: 'audit:seal' }, () => new Date());
    return this.transactions.run(nobody, async (tx) => {
      // an event is sealed once, however often this runs
      tx.allowBlindReplay();
      if (everything) await tx.sql(`SET LOCAL statement_timeout = '10min'`);
      return tx.sql<Seal>('SELECT * FROM app.seal_audit_events($1, $2)', [most, everything]);
    });
  }

  /** Events that the next run has to seal, counted to 100,000, and when the oldest of them occurred. */
  async backlog(): Promise<{ events: number; oldest: Date | null }> {
    const nobody = RequestContext.anonymous({ requestId: 'audit:backlog' }, () => new Date());
    const [found] = await this.transactions.read(nobody, (tx) =>
      tx.sql<{ events: number; oldest: Date | null }>('SELECT events, oldest FROM app.audit_backlog()'),
    );
    return found ?? { events: 0, oldest: null };
  }

  private async sealAll(): Promise<void> {
    let sealed = await this.attempt(false);
    while (isMore(sealed) && !this.stopping) sealed = await this.attempt(false);
    if (sealed && !this.stopping && Date.now() >= this.wholeTrailAt) await this.sealStrays();
  }

  /**
   * What appeared further back than a run looks. After the newest, and rarely, since it reads the whole trail: one batch,
   * the next one at the next turn, and if it fails an hour later, so that it never keeps the newest waiting for long.
   */
  private async sealStrays(): Promise<void> {
    const sealed = await this.attempt(true);
    this.wholeTrailAt = isMore(sealed) ? 0 : Date.now() + (sealed ? DAY_MS : HOUR_MS);
  }

  private async attempt(everything: boolean): Promise<Seal[] | undefined> {
    try {
      const seals = await this.seal({ everything });
      // a hash that is kept outside the database is an anchor
      if (seals.length)
        this.log.log({
          message: 'audit events were sealed',
          seals: seals.map(({ organization_id, seq, hash }) => ({ organizationId: organization_id, seq, hash })),
        });
      return seals;
    } catch (error) {
      this.log.warn({ message: 'audit events could not be sealed', error: safeError(error) });
      return undefined;
    }
  }
}

function isMore(sealed: readonly Seal[] | undefined): boolean {
  return sealed?.some(({ more }) => more) ?? false;
}
