import { Injectable } from '@nestjs/common';
import type { EntityTarget } from 'typeorm';
import type { TenantRow } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import { BadUserInput, NotFound } from '../../foundation/errors/domain-error.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';

/**
 * Settles which organization a use case works in. For everybody but super admins that is their own, and no question is
 * asked of the database; a super admin works in the organization of the object.
 */
@Injectable()
export class Tenancy {
  constructor(private readonly transactions: Transactions) {}

  /** @throws NotFound no organization has such an object (a super admin asked) */
  async of<Row extends TenantRow>(
    ctx: RequestContext,
    entity: EntityTarget<Row>,
    resource: string,
    id: string,
  ): Promise<RequestContext> {
    if (ctx.organizationId !== null) return ctx;
    const found = await this.transactions.read(ctx, (tx) =>
      tx.manager
        .createQueryBuilder(entity, 'row')
        .select('row.organizationId', 'organizationId')
        .where('row.organizationId IN (SELECT id FROM organizations) AND row.id = :id', { id })
        .getRawOne<{ organizationId: string }>(),
    );
    if (!found) throw new NotFound(resource, id);
    return ctx.within(found.organizationId);
  }

  /**
   * For an object that is to be created.
   *
   * @throws BadUserInput a super admin did not say in which organization
   * @throws NotFound it is not the caller's organization, or there is none such
   */
  async forNew(ctx: RequestContext, organizationId: string | null | undefined): Promise<RequestContext> {
    if (ctx.organizationId === null && organizationId == null)
      throw new BadUserInput({ organizationId: 'a super admin says in which organization' });
    return this.forList(ctx, organizationId);
  }

  /**
   * For a list: one organization where one is named, else all that the caller sees.
   *
   * @throws NotFound it is not the caller's organization, or there is none such
   */
  async forList(ctx: RequestContext, organizationId: string | null | undefined): Promise<RequestContext> {
    if (organizationId == null || organizationId === ctx.organizationId) return ctx;
    if (ctx.organizationId !== null) throw new NotFound('organization', organizationId);
    const [found] = await this.transactions.read(ctx, (tx) =>
      tx.sql('SELECT id FROM organizations WHERE id = $1', [organizationId]),
    );
    if (!found) throw new NotFound('organization', organizationId);
    return ctx.within(organizationId);
  }
}
