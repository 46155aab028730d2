import { Injectable } from '@nestjs/common';
import { Readable } from '../access/readable.ts';
import { Tenancy } from '../access/tenancy.ts';
import { AppointmentQueries } from '../appointments/appointment-queries.ts';
import { filterVisits } from '../appointments/visit-filter.ts';
import { AuditService } from '../audit/audit.service.ts';
import type { RowKey } from '../database/tenant-repository.ts';
import { Transactions } from '../database/transactions.ts';
import { loadBatched } from '../graphql/loaders.ts';
import type { PageArgs } from '../graphql/page-args.ts';
import { Pages, type Page } from '../graphql/page.ts';
import type { RequestContext } from '../request-context/request-context.ts';
import { Session } from './session.entity.ts';
import type { SessionFilter } from './session.inputs.ts';

/** What an appointment became; `id` is the appointment's. */
interface Outcome extends RowKey {
  readonly session: Session;
}

/** Reading the clinical record. Every read is in the audit trail. */
@Injectable()
export class SessionQueries {
  private readonly sessions = new Readable(Session, 'session');

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly pages: Pages,
    private readonly appointments: AppointmentQueries,
    private readonly audit: AuditService,
  ) {}

  /** @throws NotFound, Forbidden */
  async one(ctx: RequestContext, id: string): Promise<Session> {
    const scope = await this.tenancy.of(ctx, Session, 'session', id);
    return this.transactions.read(scope, async (tx) => {
      const session = await this.sessions.one(tx, id);
      await this.audit.recordRead(tx, 'session', [session]);
      return session;
    });
  }

  /** Oldest first by (startTime, id). */
  async list(ctx: RequestContext, filter: SessionFilter, args: PageArgs): Promise<Page<Session>> {
    const scope = await this.tenancy.forList(ctx, filter.organizationId);
    return this.pages.list(scope, {
      args,
      order: ['startTime', 'id'],
      query: async (tx) => {
        await this.appointments.requireReadable(tx, filter);
        return filterVisits(this.sessions.query(tx), filter);
      },
      read: (tx, rows) => this.audit.recordRead(tx, 'session', rows, filter),
    });
  }

  /** The session of an appointment: null until it is completed, and where the caller may not read the clinical record. */
  async ofAppointment(ctx: RequestContext, appointment: RowKey): Promise<Session | null> {
    const { id, organizationId } = appointment;
    const outcome = await loadBatched(ctx, this.batchOfAppointments, { id, organizationId });
    return outcome?.session ?? null;
  }

  private readonly batchOfAppointments = (ctx: RequestContext, keys: readonly RowKey[]): Promise<Outcome[]> =>
    this.transactions.readTogether(ctx, async (tx) => {
      const sessions = await this.sessions
        .query(tx)
        .andWhere('row.organizationId = ANY(:organizations) AND row.appointmentId = ANY(:ids)', {
          organizations: [...new Set(keys.map((key) => key.organizationId))],
          ids: keys.map((key) => key.id),
        })
        .getMany();
      if (sessions.length) await this.audit.recordRead(tx, 'session', sessions);
      return sessions.map((session) => ({
        id: session.appointmentId,
        organizationId: session.organizationId,
        session,
      }));
    });
}
