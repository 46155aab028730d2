import { Injectable } from '@nestjs/common';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { newId } from '../../platform/database/rows/new-id.ts';
import { violates } from '../../platform/database/connection/sql-errors.ts';
import { TenantRepository, type RowKey } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { BadUserInput, NotFound } from '../../foundation/errors/domain-error.ts';
import type { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import { Pages, type Page } from '../../platform/graphql/lists/page.ts';
import { MOST_OF_A_PLAIN_LIST } from '../../platform/graphql/lists/plain-lists.ts';
import { loadBatched } from '../../platform/graphql/lists/loaders.ts';
import { compare } from '../../foundation/text/compare.ts';
import { changesOf } from '../../people/organizations/changes.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { ServiceCode } from './service-code.entity.ts';
import type { CreateServiceCodeInput, UpdateServiceCodeInput } from './service-code.inputs.ts';
import { requireCode, requireUnitRule } from './service-code.rules.ts';
import type { UnitRule } from './units.ts';

@Injectable()
export class ServiceCodesService {
  private readonly rows = new TenantRepository(ServiceCode);

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly audit: AuditService,
    private readonly pages: Pages,
  ) {}

  /** @throws BadUserInput the code is malformed or taken, or the settings do not go together */
  async create(ctx: RequestContext, { organizationId, ...input }: CreateServiceCodeInput): Promise<ServiceCode> {
    const rule: UnitRule = {
      timed: input.timed ?? true,
      unitMinutes: input.unitMinutes ?? 15,
      roundUpAtMinutes: input.roundUpAtMinutes ?? 8,
      zeroBelowMinutes: input.zeroBelowMinutes ?? 8,
    };
    requireCode(input.code);
    requireUnitRule(rule, input);
    const scope = await this.tenancy.forNew(ctx, organizationId);
    return this.transactions.run(scope, async (tx) => {
      const serviceCode = await this.insert(tx, { code: input.code, description: input.description, ...rule });
      this.audit.record(tx, {
        action: 'CREATE_SERVICE_CODE',
        resource: 'serviceCode',
        resourceId: serviceCode.id,
      });
      return serviceCode;
    });
  }

  /** Changes what is given, for bookings and completions from then on; left out or null stays as it is. */
  async update(ctx: RequestContext, { id, ...input }: UpdateServiceCodeInput): Promise<ServiceCode> {
    const scope = await this.tenancy.of(ctx, ServiceCode, 'serviceCode', id);
    return this.transactions.run(scope, async (tx) => {
      const serviceCode = await this.rows.lock(tx, id);
      if (!serviceCode) throw new NotFound('serviceCode', id);
      const changes = changesOf(serviceCode, input);
      const fields = Object.keys(changes);
      if (!fields.length) return serviceCode;
      requireUnitRule(
        {
          timed: changes.timed ?? serviceCode.timed,
          unitMinutes: changes.unitMinutes ?? serviceCode.unitMinutes,
          roundUpAtMinutes: changes.roundUpAtMinutes ?? serviceCode.roundUpAtMinutes,
          zeroBelowMinutes: changes.zeroBelowMinutes ?? serviceCode.zeroBelowMinutes,
        },
        input,
      );
      const changed = await this.rows.update(tx, serviceCode, { ...changes, updatedAt: tx.ctx.now() });
      this.audit.record(tx, {
        action: 'UPDATE_SERVICE_CODE',
        resource: 'serviceCode',
        resourceId: id,
        details: { fields },
      });
      return changed;
    });
  }

  /** The newest, by code: an organization has tens of them. */
  async newest(ctx: RequestContext, organizationId?: string | null): Promise<ServiceCode[]> {
    const scope = await this.tenancy.forList(ctx, organizationId);
    const found = await this.transactions.read(scope, (tx) =>
      this.rows.select(tx).orderBy('row.id', 'DESC').many({ limit: MOST_OF_A_PLAIN_LIST }),
    );
    return found.sort(
      (one, other) => compare(one.code, other.code) || compare(one.organizationId, other.organizationId),
    );
  }

  /** By code. @throws BadUserInput `after` is not a cursor of this list */
  async list(ctx: RequestContext, args: PageArgs, organizationId?: string | null): Promise<Page<ServiceCode>> {
    const scope = await this.tenancy.forList(ctx, organizationId);
    return this.pages.list(scope, { args, order: ['code', 'id'], query: (tx) => this.rows.select(tx) });
  }

  /** For relation fields: one query for all that a request asks for at once. */
  load(ctx: RequestContext, key: RowKey): Promise<ServiceCode | null> {
    return loadBatched(ctx, this.batch, key);
  }

  /** The organization's service codes of these codes, ordered by code; those that it does not have are missing. */
  async byCodes(tx: Tx, codes: readonly string[]): Promise<ServiceCode[]> {
    if (!codes.length) return [];
    return this.rows.select(tx).andWhere('row.code = ANY(:codes)', { codes }).orderBy('row.code').many();
  }

  /** For relation fields of a list. */
  many(tx: Tx, keys: readonly RowKey[]): Promise<ServiceCode[]> {
    return this.rows.many(tx, keys);
  }

  private readonly batch = (ctx: RequestContext, keys: readonly RowKey[]): Promise<ServiceCode[]> =>
    this.transactions.readTogether(ctx, (tx) => this.many(tx, keys));

  private async insert(tx: Tx, values: UnitRule & { code: string; description: string }): Promise<ServiceCode> {
    const now = tx.ctx.now();
    try {
      return await this.rows.insert(tx, { id: newId(), ...values, createdAt: now, updatedAt: now });
    } catch (error) {
      if (!violates(error, 'service_codes_code')) throw error;
      throw new BadUserInput({ code: 'the organization has this code already' });
    }
  }
}
