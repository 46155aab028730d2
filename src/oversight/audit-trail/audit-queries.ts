import { Injectable } from '@nestjs/common';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { RowQuery } from '../../platform/database/rows/row-query.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { BadUserInput } from '../../foundation/errors/domain-error.ts';
import type { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import { Pages, type Page } from '../../platform/graphql/lists/page.ts';
import { PatientsService } from '../../people/patients/patients.service.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { AuditEvent } from './audit-event.entity.ts';
import type { AuditEventFilter } from './audit-event.inputs.ts';

/** Reading the trail. Who reads it is in the trail as well. */
@Injectable()
export class AuditQueries {
  constructor(
    private readonly tenancy: Tenancy,
    private readonly pages: Pages,
    private readonly patients: PatientsService,
    private readonly audit: AuditService,
  ) {}

  /**
   * Newest first by (occurredAt, id).
   *
   * The event of this very read is not in its totalCount. It keeps the filter and the count, not the ids: events do not
   * change, so that the same filter finds again what was seen.
   *
   * @throws NotFound the patient of the filter is nobody, or another organization's
   * @throws BadUserInput `to` is not after `from`
   */
  async list(ctx: RequestContext, filter: AuditEventFilter, args: PageArgs): Promise<Page<AuditEvent>> {
    const scope = await this.tenancy.forList(ctx, filter.organizationId);
    const own: string[] = [];
    return this.pages.list(scope, {
      args,
      order: ['occurredAt', 'id'],
      direction: 'DESC',
      query: async (tx) => {
        // users may be gone, and an id of another kind than patient finds nothing that the caller may not see
        await this.patients.readable.requireAll(tx, [filter.patientId]);
        const query = filtered(this.visible(tx), filter);
        return own.length ? query.andWhere('row.id <> ALL(:own)', { own }) : query;
      },
      read: (tx, rows) => {
        own.push(...this.audit.recordRead(tx, 'audit_event', rows, filter, { ids: false, after: args.after }));
      },
    });
  }

  /** By no TenantRepository, since some events have no tenant: those are the super admin's. */
  private visible(tx: Tx): RowQuery<AuditEvent> {
    const query = new RowQuery(tx, AuditEvent);
    return tx.reach === null ? query : query.andWhere('row.organizationId = :tenant', { tenant: tx.reach });
  }
}

function filtered(query: RowQuery<AuditEvent>, filter: AuditEventFilter): RowQuery<AuditEvent> {
  const { actorId, patientId, action, resource, resourceId, outcome, from, to } = filter;
  if (from != null && to != null && to <= from) throw new BadUserInput({ to: 'must be after from' });
  if (actorId != null) query.andWhere('row.actorId = :actorId', { actorId });
  if (patientId != null) query.andWhere('row.patientId = :patientId', { patientId });
  if (action != null) query.andWhere('row.action = ANY(:action)', { action });
  if (resource != null) query.andWhere('row.resource = :resource', { resource });
  if (resourceId != null) query.andWhere('row.resourceId = :resourceId', { resourceId });
  if (outcome != null) query.andWhere('row.outcome = :outcome', { outcome });
  if (from != null) query.andWhere('row.occurredAt >= :from', { from });
  if (to != null) query.andWhere('row.occurredAt < :to', { to });
  return query;
}
