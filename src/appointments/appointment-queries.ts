import { Injectable } from '@nestjs/common';
import { Readable } from '../access/readable.ts';
import { Tenancy } from '../access/tenancy.ts';
import { Authorization } from '../authorizations/authorization.entity.ts';
import type { RowKey } from '../database/tenant-repository.ts';
import { Transactions } from '../database/transactions.ts';
import { loadBatched } from '../graphql/loaders.ts';
import type { PageArgs } from '../graphql/page-args.ts';
import { Pages, type Listing, type NumberedPage, type Page, type PageNumber } from '../graphql/page.ts';
import { Patient } from '../patients/patient.entity.ts';
import { Practitioner } from '../practitioners/practitioner.entity.ts';
import type { Tx } from '../database/tx.ts';
import type { RequestContext } from '../request-context/request-context.ts';
import { Appointment } from './appointment.entity.ts';
import type { AppointmentFilter } from './appointment.inputs.ts';
import { filterVisits, type VisitFilter } from './visit-filter.ts';

/** Reading appointments. */
@Injectable()
export class AppointmentQueries {
  private readonly appointments = new Readable(Appointment, 'appointment');
  private readonly patients = new Readable(Patient, 'patient');
  private readonly practitioners = new Readable(Practitioner, 'practitioner');
  private readonly authorizations = new Readable(Authorization, 'authorization');

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly pages: Pages,
  ) {}

  /** @throws NotFound, Forbidden */
  async one(ctx: RequestContext, id: string): Promise<Appointment> {
    const scope = await this.tenancy.of(ctx, Appointment, 'appointment', id);
    return this.transactions.read(scope, (tx) => this.appointments.one(tx, id));
  }

  /** Oldest first by (startTime, id). */
  async list(ctx: RequestContext, filter: AppointmentFilter, args: PageArgs): Promise<Page<Appointment>> {
    const scope = await this.tenancy.forList(ctx, filter.organizationId);
    return this.pages.list(scope, { args, ...this.listing(filter) });
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
    await this.patients.requireAll(tx, [filter.patientId]);
    await this.practitioners.requireAll(tx, [filter.practitionerId]);
    await this.authorizations.requireAll(tx, [filter.authorizationId]);
  }

  private listing(filter: AppointmentFilter): Listing<Appointment> {
    return {
      order: ['startTime', 'id'],
      query: async (tx) => {
        await this.requireReadable(tx, filter);
        return filterVisits(this.appointments.query(tx), filter);
      },
    };
  }

  private readonly batch = (ctx: RequestContext, keys: readonly RowKey[]): Promise<Appointment[]> =>
    this.transactions.readTogether(ctx, (tx) => this.appointments.many(tx, keys));
}
