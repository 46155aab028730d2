import { Injectable } from '@nestjs/common';
import { Readable } from '../../rules/access/readable.ts';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { newId } from '../../platform/database/rows/new-id.ts';
import type { RowKey } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { NotFound } from '../../foundation/errors/domain-error.ts';
import { loadBatched } from '../../platform/graphql/lists/loaders.ts';
import type { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import { Pages, type Page } from '../../platform/graphql/lists/page.ts';
import { changesOf } from '../organizations/changes.ts';
import { narrowBySearch } from '../organizations/name-search.ts';
import { searchKey } from '../organizations/search-key.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { Practitioner } from './practitioner.entity.ts';
import type { CreatePractitionerInput, PractitionerFilter, UpdatePractitionerInput } from './practitioner.inputs.ts';

@Injectable()
export class PractitionersService {
  /** The practitioners that the caller may read; for features that refer to one. */
  readonly readable = new Readable(Practitioner, 'practitioner');

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly pages: Pages,
    private readonly audit: AuditService,
  ) {}

  async create(ctx: RequestContext, { organizationId, ...input }: CreatePractitionerInput): Promise<Practitioner> {
    const scope = await this.tenancy.forNew(ctx, organizationId);
    return this.transactions.run(scope, async (tx) => {
      const now = tx.ctx.now();
      const practitioner = await this.readable.rows.insert(tx, {
        ...input,
        id: newId(),
        firstNameKey: searchKey(input.firstName),
        lastNameKey: searchKey(input.lastName),
        createdAt: now,
        updatedAt: now,
      });
      this.audit.record(tx, {
        action: 'CREATE_PRACTITIONER',
        resource: 'practitioner',
        resourceId: practitioner.id,
      });
      return practitioner;
    });
  }

  /** Changes what is given; left out or null stays as it is. */
  async update(ctx: RequestContext, { id, ...input }: UpdatePractitionerInput): Promise<Practitioner> {
    const scope = await this.tenancy.of(ctx, Practitioner, 'practitioner', id);
    return this.transactions.run(scope, async (tx) => {
      const practitioner = await this.readable.rows.lock(tx, id);
      if (!practitioner) throw new NotFound('practitioner', id);
      const changes = changesOf(practitioner, input);
      const fields = Object.keys(changes);
      if (!fields.length) return practitioner;
      const changed = await this.readable.rows.update(tx, practitioner, {
        ...changes,
        ...(changes.firstName && { firstNameKey: searchKey(changes.firstName) }),
        ...(changes.lastName && { lastNameKey: searchKey(changes.lastName) }),
        updatedAt: tx.ctx.now(),
      });
      this.audit.record(tx, {
        action: 'UPDATE_PRACTITIONER',
        resource: 'practitioner',
        resourceId: id,
        details: { fields },
      });
      return changed;
    });
  }

  /** @throws NotFound, Forbidden */
  async one(ctx: RequestContext, id: string): Promise<Practitioner> {
    const scope = await this.tenancy.of(ctx, Practitioner, 'practitioner', id);
    return this.transactions.read(scope, (tx) => this.readable.one(tx, id));
  }

  /** By last and first name. */
  async list(ctx: RequestContext, args: PageArgs, filter?: PractitionerFilter | null): Promise<Page<Practitioner>> {
    const scope = await this.tenancy.forList(ctx, filter?.organizationId);
    return this.pages.list(scope, {
      args,
      order: ['lastNameKey', 'firstNameKey', 'id'],
      query: (tx) => narrowBySearch(this.readable.query(tx), filter?.search),
    });
  }

  /** For relation fields: one query for all that a request asks for at once; null where the caller may not read it. */
  load(ctx: RequestContext, key: RowKey): Promise<Practitioner | null> {
    return loadBatched(ctx, this.batch, key);
  }

  /** Those of these that the caller may read: of relation fields. */
  many(tx: Tx, keys: readonly RowKey[]): Promise<Practitioner[]> {
    return this.readable.many(tx, keys);
  }

  private readonly batch = (ctx: RequestContext, keys: readonly RowKey[]): Promise<Practitioner[]> =>
    this.transactions.readTogether(ctx, (tx) => this.many(tx, keys));
}
