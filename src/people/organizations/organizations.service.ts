import { Injectable } from '@nestjs/common';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { RowQuery } from '../../platform/database/rows/row-query.ts';
import type { RowKey } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { BadUserInput, NotFound } from '../../foundation/errors/domain-error.ts';
import type { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import { Pages, type Page } from '../../platform/graphql/lists/page.ts';
import { MOST_OF_A_PLAIN_LIST } from '../../platform/graphql/lists/plain-lists.ts';
import { loadBatched } from '../../platform/graphql/lists/loaders.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { compare } from '../../foundation/text/compare.ts';
import { localDatesAt, timeZoneNamed, type LocalDate } from '../../foundation/time/local-date.ts';
import { Organization } from './organization.entity.ts';
import type { UpdateOrganizationSecurityInput } from './organization.inputs.ts';
import { searchKey } from './search-key.ts';

export interface NewOrganization {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
}

/** The local dates of an instant, each at the place of its time zone. */
export interface Todays {
  readonly timeZones: readonly string[];
  readonly dates: readonly LocalDate[];
}

/** An organization under the key that loaders go by: it is its own tenant. */
interface Keyed extends RowKey {
  readonly organization: Organization;
}

@Injectable()
export class OrganizationsService {
  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly audit: AuditService,
    private readonly pages: Pages,
  ) {}

  /** The caller's own; the newest for a super admin, by name, as people are: the database's own order would be its locale's. */
  async newest(ctx: RequestContext): Promise<Organization[]> {
    const found = await this.transactions.read(ctx, (tx) =>
      select(tx).orderBy('row.id', 'DESC').many({ limit: MOST_OF_A_PLAIN_LIST }),
    );
    const keyed = found.map((organization) => ({ organization, key: searchKey(organization.name) }));
    return keyed.sort((one, other) => compare(one.key, other.key)).map(({ organization }) => organization);
  }

  /** The caller's own; every one for a super admin, newest first. @throws BadUserInput `after` is not a cursor of this list */
  list(ctx: RequestContext, args: PageArgs): Promise<Page<Organization>> {
    return this.pages.list(ctx, { args, order: ['id'], direction: 'DESC', query: select });
  }

  /** @throws NotFound the caller's reach does not hold it */
  async load(ctx: RequestContext, organizationId: string): Promise<Organization> {
    const found = await loadBatched(ctx, this.batch, { id: organizationId, organizationId });
    if (!found) throw new NotFound('organization', organizationId);
    return found.organization;
  }

  /**
   * Writes a new organization, in a transaction that works within it already (`ctx.within(id)`). The event is the
   * caller's: users/ founds an organization together with its first admin.
   *
   * @throws BadUserInput the time zone is not known
   */
  async create(tx: Tx, { id, name, timeZone: given }: NewOrganization): Promise<Organization> {
    const timeZone = await this.timeZoneNamed(tx, given);
    const organization = Object.assign(new Organization(), {
      id,
      name,
      timeZone,
      staffSecondFactorRequired: false,
      createdAt: tx.ctx.now(),
    });
    await tx.manager
      .createQueryBuilder()
      .insert()
      .into(Organization)
      .values(organization)
      .updateEntity(false)
      .execute();
    return organization;
  }

  /** @throws BadUserInput a super admin did not say in which organization */
  async updateSecurity(ctx: RequestContext, input: UpdateOrganizationSecurityInput): Promise<Organization> {
    const { staffSecondFactorRequired } = input;
    const scope = await this.tenancy.forNew(ctx, input.organizationId);
    return this.transactions.run(scope, async (tx) => {
      const organization = await tx.manager
        .createQueryBuilder(Organization, 'row')
        .where('row.id = :id', { id: tx.organizationId })
        .setLock('for_no_key_update')
        .getOneOrFail();
      if (organization.staffSecondFactorRequired === staffSecondFactorRequired) return organization;
      await tx.sql('UPDATE organizations SET staff_second_factor_required = $2 WHERE id = $1', [
        tx.organizationId,
        staffSecondFactorRequired,
      ]);
      this.audit.record(tx, {
        action: 'UPDATE_ORGANIZATION',
        resource: 'organization',
        resourceId: organization.id,
        details: { fields: ['staffSecondFactorRequired'], staffSecondFactorRequired },
      });
      return Object.assign(new Organization(), organization, { staffSecondFactorRequired });
    });
  }

  /** Whether the organization that the transaction works in wants a second factor of its staff. */
  async wantsSecondFactor(tx: Tx): Promise<boolean> {
    const [found] = await tx.sql<{ wanted: boolean }>(
      'SELECT staff_second_factor_required AS wanted FROM organizations WHERE id = $1',
      [tx.organizationId],
    );
    return found?.wanted ?? false;
  }

  /** The time zone of the organization that the transaction works in. */
  async timeZoneOf(tx: Tx): Promise<string> {
    const [found] = await tx.sql<{ time_zone: string }>('SELECT time_zone FROM organizations WHERE id = $1', [
      tx.organizationId,
    ]);
    if (!found) throw new NotFound('organization', tx.organizationId);
    return found.time_zone;
  }

  /**
   * Today in each time zone of the organizations that the transaction reaches. PostgreSQL is told these dates and reckons none
   * itself: it has a time zone database of its own, and by it a filter could disagree with the field that it is about.
   */
  async todays(tx: Tx): Promise<Todays> {
    const found = await tx.sql<{ time_zone: string }>(
      'SELECT DISTINCT time_zone FROM organizations WHERE $1::uuid IS NULL OR id = $1',
      [tx.reach],
    );
    const timeZones = found.map(({ time_zone }) => time_zone);
    return { timeZones, dates: timeZones.map(localDatesAt(tx.ctx.askedAt)) };
  }

  /** For relation fields of a list. */
  many(tx: Tx, ids: readonly string[]): Promise<Organization[]> {
    return select(tx)
      .andWhere('row.id = ANY(:ids)', { ids: [...new Set(ids)] })
      .many();
  }

  private readonly batch = (ctx: RequestContext, keys: readonly RowKey[]): Promise<Keyed[]> =>
    this.transactions.readTogether(ctx, async (tx) => {
      const found = await this.many(
        tx,
        keys.map(({ id }) => id),
      );
      return found.map((organization) => ({ id: organization.id, organizationId: organization.id, organization }));
    });

  /** Node and PostgreSQL bring a time zone database each: a name has to be in both, so that whoever reads the table knows it. */
  private async timeZoneNamed(tx: Tx, given: string): Promise<string> {
    const name = timeZoneNamed(given);
    const [known] = name ? await tx.sql('SELECT FROM pg_timezone_names WHERE name = $1', [name]) : [];
    if (name && known) return name;
    throw new BadUserInput({
      timeZone: 'must be the IANA name of a time zone, such as America/New_York: no abbreviation and no offset',
    });
  }
}

function select(tx: Tx): RowQuery<Organization> {
  const query = new RowQuery(tx, Organization);
  return tx.reach === null ? query : query.andWhere('row.id = :own', { own: tx.reach });
}
