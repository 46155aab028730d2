import { Injectable } from '@nestjs/common';
import { mayPass, Permission } from '../../rules/access/permission.ts';
import { ReadAhead } from '../../rules/access/read-ahead.ts';
import { Readable } from '../../rules/access/readable.ts';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AuditService, type AuditRecord } from '../../rules/audit/audit.service.ts';
import { TenantRepository, type RowKey } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { attach } from '../../platform/graphql/lists/attached.ts';
import { loadBatched } from '../../platform/graphql/lists/loaders.ts';
import type { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import { Pages, type Page } from '../../platform/graphql/lists/page.ts';
import { RelationPages } from '../../platform/graphql/lists/relation-pages.ts';
import { NOTHING } from '../../platform/graphql/lists/selection.ts';
import { OrganizationsService } from '../../people/organizations/organizations.service.ts';
import { PatientsService } from '../../people/patients/patients.service.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { ServiceCode } from '../service-codes/service-code.entity.ts';
import type { ServiceCodeType } from '../service-codes/service-code.type.ts';
import { localDate, localDatesAt } from '../../foundation/time/local-date.ts';
import { AuthorizationServiceCode } from './authorization-service-code.entity.ts';
import { AuthorizationStatus, STATUS_SQL, statusOn } from './authorization-status.ts';
import { Authorization } from './authorization.entity.ts';
import type { AuthorizationFilter } from './authorization.inputs.ts';
import { LedgerEntry } from './ledger-entry.entity.ts';

/** The covered codes of one authorization; `id` is the authorization's. */
interface Cover extends RowKey {
  readonly codes: ServiceCode[];
}

/** What comes along with an authorization's columns. */
interface Company {
  readonly timeZone: string;
  readonly codes: ServiceCodeType[] | null;
}

/** The codes that `row` covers, by code, with what the API tells of them. */
const CODES = `SELECT json_agg(covered)
  FROM (SELECT code.id, code, description, timed, unit_minutes AS "unitMinutes",
               round_up_at_minutes AS "roundUpAtMinutes", zero_below_minutes AS "zeroBelowMinutes"
          FROM authorization_service_codes cover
          JOIN service_codes code ON code.organization_id = cover.organization_id AND code.id = cover.service_code_id
         WHERE cover.organization_id = row.organizationId AND cover.authorization_id = row.id
         ORDER BY code.code) covered`;

/** Reading authorizations. Every read is in the audit trail. */
@Injectable()
export class AuthorizationQueries {
  private readonly authorizations = new Readable(Authorization, 'authorization');
  private readonly entries = new TenantRepository(LedgerEntry);
  private readonly ofPatients: RelationPages<Authorization>;
  private readonly ofAuthorizations: RelationPages<LedgerEntry>;

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly pages: Pages,
    private readonly organizations: OrganizationsService,
    private readonly patients: PatientsService,
    private readonly audit: AuditService,
    private readonly ahead: ReadAhead,
  ) {
    const { READ_AUTHORIZATION, READ_SERVICE_CODE } = Permission;
    ahead.add(Authorization, 'status', { permission: READ_AUTHORIZATION, read: (tx, rows) => this.statuses(tx, rows) });
    ahead.add(Authorization, 'serviceCodes', {
      permission: READ_SERVICE_CODE,
      read: async (tx, rows) => (await this.covers(tx, rows)).map(({ codes }) => codes),
    });
    this.ofPatients = new RelationPages(transactions, {
      parent: 'patientId',
      order: 'id',
      query: (tx) => this.authorizations.query(tx),
      read: (tx, lists) => this.audit.recordAll(tx, lists.map(readOfPatient)),
    });
    this.ofAuthorizations = new RelationPages(transactions, {
      parent: 'authorizationId',
      order: 'seq',
      direction: 'DESC',
      query: (tx) => this.entries.select(tx),
    });
  }

  /** @throws NotFound, Forbidden */
  async one(ctx: RequestContext, id: string): Promise<Authorization> {
    const scope = await this.tenancy.of(ctx, Authorization, 'authorization', id);
    return this.transactions.read(scope, async (tx) => {
      const authorization = await this.authorizations.one(tx, id);
      this.audit.recordRead(tx, 'authorization', [authorization]);
      return authorization;
    });
  }

  /** Oldest first, by the time of their creation. */
  async list(
    ctx: RequestContext,
    filter: AuthorizationFilter,
    args: PageArgs,
    selection = NOTHING,
  ): Promise<Page<Authorization>> {
    const scope = await this.tenancy.forList(ctx, filter.organizationId);
    return this.pages.list(scope, {
      args,
      order: ['id'],
      query: (tx) => this.filtered(tx, filter),
      check: (tx) => this.patients.readable.requireAll(tx, [filter.patientId]),
      read: async (tx, rows) => {
        this.audit.recordRead(tx, 'authorization', rows, filter);
        await this.ahead.read(tx, Authorization, rows, selection);
      },
    });
  }

  /** A patient's, oldest first: the first pages of many patients in one go. */
  ofPatient(ctx: RequestContext, patient: RowKey, args: PageArgs): Promise<Page<Authorization>> {
    return args.after == null
      ? this.ofPatients.first(ctx, patient, args)
      : this.list(ctx.within(patient.organizationId), { patientId: patient.id }, args);
  }

  /** Those that the caller may read, of the ones asked for at the same moment. */
  load(ctx: RequestContext, key: RowKey): Promise<Authorization | null> {
    return loadBatched(ctx, this.batch, key);
  }

  /** The service codes that an authorization covers, by code. */
  async codes(ctx: RequestContext, key: RowKey): Promise<ServiceCode[]> {
    const cover = await loadBatched(ctx, this.batchOfCodes, { id: key.id, organizationId: key.organizationId });
    return cover?.codes ?? [];
  }

  async status(ctx: RequestContext, authorization: Authorization): Promise<AuthorizationStatus> {
    const organization = await this.organizations.load(ctx, authorization.organizationId);
    return statusOn(localDate(ctx.askedAt, organization.timeZone), authorization);
  }

  /** Newest first. Whoever got hold of the authorization may read its entries. */
  async ledger(ctx: RequestContext, authorization: Authorization, args: PageArgs): Promise<Page<LedgerEntry>> {
    if (args.after == null) return this.ofAuthorizations.first(ctx, authorization, args);
    return this.pages.list(ctx.within(authorization.organizationId), {
      args,
      order: ['seq'],
      direction: 'DESC',
      query: (tx) =>
        this.entries.select(tx).andWhere('row.authorizationId = :authorization', { authorization: authorization.id }),
    });
  }

  /** Covered codes with their rules. */
  async codesIn(tx: Tx, keys: readonly RowKey[]): Promise<(AuthorizationServiceCode & { serviceCode: ServiceCode })[]> {
    const rows = await tx.manager
      .createQueryBuilder(AuthorizationServiceCode, 'row')
      .innerJoinAndSelect('row.serviceCode', 'code')
      .where('row.organizationId = ANY(:organizations) AND row.authorizationId = ANY(:ids)', {
        organizations: [...new Set(keys.map((key) => key.organizationId))],
        ids: [...new Set(keys.map((key) => key.id))],
      })
      .orderBy('code.code')
      .getMany();
    return rows as (AuthorizationServiceCode & { serviceCode: ServiceCode })[];
  }

  private async filtered(tx: Tx, filter: AuthorizationFilter): Promise<ReturnType<Readable<Authorization>['query']>> {
    const query = this.authorizations.query(tx);
    if (filter.patientId != null) query.andWhere('row.patientId = :patient', { patient: filter.patientId });
    if (filter.on != null)
      query.andWhere('row.startDate <= :on AND row.endDate >= :on AND row.cancelledAt IS NULL', { on: filter.on });
    if (filter.serviceCode != null)
      query.andWhere(
        `EXISTS (SELECT FROM authorization_service_codes cover JOIN service_codes code
                   ON code.organization_id = cover.organization_id AND code.id = cover.service_code_id
                 WHERE cover.organization_id = row.organizationId AND cover.authorization_id = row.id AND code.code = :code)`,
        { code: filter.serviceCode },
      );
    if (filter.status != null) {
      const { timeZones, dates } = await this.organizations.todays(tx);
      query
        .join('organizations organization ON organization.id = row.organizationId')
        .join('unnest(:timeZones::text[], :dates::date[]) AS local(time_zone, today) USING (time_zone)')
        .andWhere(`${STATUS_SQL} = ANY(:status)`, { status: filter.status, timeZones, dates });
    }
    return query;
  }

  /** Those of these that the caller may read. What is asked for of their status and codes comes in the same statement. */
  async many(tx: Tx, keys: readonly RowKey[], selection = NOTHING): Promise<Authorization[]> {
    const whole = selection.has('status') || selection.has('serviceCodes');
    const rows = await (whole ? this.whole(tx, keys) : this.authorizations.many(tx, keys));
    this.audit.recordRead(tx, 'authorization', rows);
    return rows;
  }

  private async whole(tx: Tx, keys: readonly RowKey[]): Promise<Authorization[]> {
    const query = this.authorizations
      .among(tx, keys)
      .join('organizations organization ON organization.id = row.organizationId');
    const found = await query.select<Authorization & Company>(
      `${query.columns}, organization.time_zone AS "timeZone", (${CODES}) AS codes`,
    );
    const today = localDatesAt(tx.ctx.askedAt);
    const mayReadCodes = mayPass(tx.ctx.actor, Permission.READ_SERVICE_CODE);
    return found.map(({ timeZone, codes, ...columns }) => {
      const authorization = Object.assign(new Authorization(), columns);
      attach(authorization, 'status', statusOn(today(timeZone), authorization));
      if (mayReadCodes) attach(authorization, 'serviceCodes', codes ?? []);
      return authorization;
    });
  }

  private async statuses(tx: Tx, rows: readonly Authorization[]): Promise<AuthorizationStatus[]> {
    const organizations = await this.organizations.many(
      tx,
      rows.map(({ organizationId }) => organizationId),
    );
    const timeZones = new Map(organizations.map(({ id, timeZone }) => [id, timeZone]));
    const today = localDatesAt(tx.ctx.askedAt);
    return rows.map((row) => statusOn(today(timeZones.get(row.organizationId) as string), row));
  }

  private async covers(tx: Tx, keys: readonly RowKey[]): Promise<Cover[]> {
    const covered = await this.codesIn(tx, keys);
    return keys.map(({ id, organizationId }) => ({
      id,
      organizationId,
      codes: covered.filter((cover) => cover.authorizationId === id).map((cover) => cover.serviceCode),
    }));
  }

  private readonly batch = (ctx: RequestContext, keys: readonly RowKey[]): Promise<Authorization[]> =>
    this.transactions.readTogether(ctx, (tx) => this.many(tx, keys));

  private readonly batchOfCodes = (ctx: RequestContext, keys: readonly RowKey[]): Promise<Cover[]> =>
    this.transactions.readTogether(ctx, (tx) => this.covers(tx, keys));
}

/** As AuditService.recordRead tells of a list, and of whom. */
function readOfPatient({ parent, rows }: { parent: RowKey; rows: Authorization[] }): AuditRecord {
  const [only] = rows.length === 1 ? rows : [];
  const ids = rows.map(({ id }) => id);
  return {
    action: 'READ_AUTHORIZATION',
    resource: 'authorization',
    resourceId: only?.id,
    patientId: parent.id,
    details: { count: rows.length, filter: { patientId: parent.id }, ...(!only && { ids }) },
  };
}
