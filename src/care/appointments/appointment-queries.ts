import { Injectable } from '@nestjs/common';
import { ReadAhead } from '../../rules/access/read-ahead.ts';
import { Readable } from '../../rules/access/readable.ts';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { Authorization } from '../authorizations/authorization.entity.ts';
import type { RowKey } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import { loadBatched } from '../../platform/graphql/lists/loaders.ts';
import type { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import {
  Pages,
  type Listing,
  type NumberedPage,
  type Page,
  type PageNumber,
} from '../../platform/graphql/lists/page.ts';
import { NOTHING } from '../../platform/graphql/lists/selection.ts';
import { PatientsService } from '../../people/patients/patients.service.ts';
import { PractitionersService } from '../../people/practitioners/practitioners.service.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { Appointment } from './appointment.entity.ts';
import type { AppointmentFilter } from './appointment.inputs.ts';
import { filterVisits, type VisitFilter } from './visit-filter.ts';

/** Reading appointments. Every read is in the audit trail. */
@Injectable()
export class AppointmentQueries {
  private readonly appointments = new Readable(Appointment, 'appointment');
  private readonly authorizations = new Readable(Authorization, 'authorization');

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly pages: Pages,
    private readonly ahead: ReadAhead,
    private readonly patients: PatientsService,
    private readonly practitioners: PractitionersService,
    private readonly audit: AuditService,
  ) {}

  /** @throws NotFound, Forbidden */
  async one(ctx: RequestContext, id: string): Promise<Appointment> {
    const scope = await this.tenancy.of(ctx, Appointment, 'appointment', id);
    return this.transactions.read(scope, async (tx) => {
      const appointment = await this.appointments.one(tx, id);
      this.audit.recordRead(tx, 'appointment', [appointment]);
      return appointment;
    });
  }

  /** Oldest first by (startTime, id). */
  async list(
    ctx: RequestContext,
    filter: AppointmentFilter,
    args: PageArgs,
    selection = NOTHING,
  ): Promise<Page<Appointment>> {
    const scope = await this.tenancy.forList(ctx, filter.organizationId);
    const listing = this.listing(filter);
    return this.pages.list(scope, {
      args,
      ...listing,
      read: async (tx, rows) => {
        listing.read(tx, rows);
        await this.ahead.read(tx, Appointment, rows, selection);
      },
    });
  }

  /** The same list by page numbers. */
  async numbered(ctx: RequestContext, filter: AppointmentFilter, page: PageNumber): Promise<NumberedPage<Appointment>> {
    const scope = await this.tenancy.forList(ctx, filter.organizationId);
    return this.pages.numbered(scope, page, this.listing(filter));
  }

  load(ctx: RequestContext, key: RowKey): Promise<Appointment | null> {
    return loadBatched(ctx, this.batch, key);
  }

  /** Refuses a filter by somebody whom the caller may not read, or who is another organization's. */
  async requireReadable(tx: Tx, filter: VisitFilter): Promise<void> {
    await this.patients.readable.requireAll(tx, [filter.patientId]);
    await this.practitioners.readable.requireAll(tx, [filter.practitionerId]);
    await this.authorizations.requireAll(tx, [filter.authorizationId]);
  }

  private listing(filter: AppointmentFilter): Listing<Appointment> & Required<Pick<Listing<Appointment>, 'read'>> {
    return {
      order: ['startTime', 'id'],
      query: (tx) => filterVisits(this.appointments.query(tx), filter),
      check: (tx) => this.requireReadable(tx, filter),
      read: (tx, rows) => this.audit.recordRead(tx, 'appointment', rows, filter),
    };
  }

  /** Those of these that the caller may read: of relation fields. */
  async many(tx: Tx, keys: readonly RowKey[]): Promise<Appointment[]> {
    const appointments = await this.appointments.many(tx, keys);
    if (appointments.length) this.audit.recordRead(tx, 'appointment', appointments);
    return appointments;
  }

  private readonly batch = (ctx: RequestContext, keys: readonly RowKey[]): Promise<Appointment[]> =>
    this.transactions.readTogether(ctx, (tx) => this.many(tx, keys));
}
