import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Environment } from '../../platform/config/environment.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import { safeError } from '../../platform/observability/safe-error.ts';
import { Beside } from '../../foundation/request-context/beside.ts';
import type { RequestHolder } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { AuditOutcome, AuditService } from './audit.service.ts';
import { DenialBudget, Excess } from './denial-budget.ts';
import { countingEvent, Denials, type RecordedRefusal, type DenialEvent } from './denials.ts';
import { patientsOf } from './patients-of.ts';

/** A counting event tells of this long. */
const COUNTED_MS = 60_000;

interface OfUser {
  readonly ctx: RequestContext;
  readonly denials: Denials;
}

/**
 * The trail of what signed-in users were denied. What one request was denied is written in one transaction before its answer
 * leaves, merged into few events; a user who is denied more than so many events a minute is told of by one counting event a
 * minute. So a refused call costs no more than an accepted one.
 */
@Injectable()
export class DenialTrail implements BeforeApplicationShutdown {
  private readonly log = new Logger(DenialTrail.name);
  private readonly budget: DenialBudget;
  private readonly ofRequest = new Beside<RequestHolder, Map<string, OfUser>>();
  private readonly excesses = new Map<string, { readonly ctx: RequestContext; readonly excess: Excess }>();
  private isOver = false;

  constructor(
    environment: Environment,
    private readonly transactions: Transactions,
    private readonly audit: AuditService,
  ) {
    this.budget = new DenialBudget(environment.DENIALS_PER_MINUTE);
  }

  /** Keeps the denial for the end of its request: `holder.beforeAnswer` writes what the request has come to. */
  note(holder: RequestHolder, denial: RecordedRefusal): void {
    const ctx = holder.current.evenIfGone();
    const users = this.ofRequest.get(holder) ?? new Map<string, OfUser>();
    this.ofRequest.set(holder, users);
    const { userId } = ctx.actor;
    const known = users.get(userId) ?? { ctx, denials: new Denials() };
    users.set(userId, known);
    known.denials.add(denial);
    holder.beforeAnswer = async () => {
      this.ofRequest.set(holder, undefined);
      for (const each of users.values()) await this.record(each);
    };
  }

  /** What is not yet told when the process ends. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isOver = true;
    for (const userId of [...this.excesses.keys()]) await this.tellExcess(userId);
  }

  private async record({ ctx, denials }: OfUser): Promise<void> {
    const { userId, organizationId } = ctx.actor;
    if (this.budget.isSpent(userId)) {
      this.addToExcess(ctx, denials);
      return;
    }
    this.budget.spend(userId, 1); // at once: others of this moment are to see it
    // in the caller's own organization; may run again when its COMMIT was lost: better a denial twice than not at all
    const events = await this.transactions.read(ctx.within(organizationId), async (tx) => {
      const patientOf = new Map<string, string>();
      for (const [resource, ids] of denials.objects)
        for (const [id, patientId] of await patientsOf(tx, resource, ids))
          patientOf.set(`${resource} ${id}`, patientId);
      const events = denials.events(patientOf);
      this.audit.recordAll(tx, events.map(asRecord));
      return events.length;
    });
    this.budget.spend(userId, events - 1);
  }

  private addToExcess(ctx: RequestContext, denials: Denials): void {
    const { userId } = ctx.actor;
    const known = this.excesses.get(userId) ?? { ctx, excess: new Excess() };
    known.excess.add(denials);
    if (this.excesses.has(userId)) return;
    this.excesses.set(userId, known);
    this.tellLater(userId);
  }

  private tellLater(userId: string): void {
    if (this.isOver) void this.tellExcess(userId);
    else setTimeout(() => void this.tellExcess(userId), COUNTED_MS).unref();
  }

  private async tellExcess(userId: string): Promise<void> {
    const told = this.excesses.get(userId);
    if (!told) return;
    this.excesses.delete(userId);
    const { ctx, excess } = told;
    const { kinds, lastIds, since } = excess;
    const seconds = Math.round((performance.now() - since) / 1_000);
    try {
      await this.transactions.read(ctx.within(ctx.actor.organizationId), (tx) => {
        this.audit.record(tx, asRecord(countingEvent({ kinds, lastIds, seconds })));
      });
    } catch (error) {
      this.log.warn({ message: 'denials could not be recorded, and are kept for later', error: safeError(error) });
      if (this.isOver) return;
      this.excesses.set(userId, this.excesses.get(userId) ?? told);
      this.tellLater(userId);
    }
  }
}

function asRecord(event: DenialEvent): Parameters<AuditService['record']>[1] {
  return { ...event, action: 'ACCESS_DENIED', outcome: AuditOutcome.DENIED };
}
