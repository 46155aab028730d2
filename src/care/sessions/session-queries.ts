import { Injectable } from '@nestjs/common';
import { Permission } from '../../rules/access/permission.ts';
import { ReadAhead } from '../../rules/access/read-ahead.ts';
import { Readable } from '../../rules/access/readable.ts';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AppointmentQueries } from '../appointments/appointment-queries.ts';
import { Appointment } from '../appointments/appointment.entity.ts';
import { AppointmentStatus } from '../appointments/appointment-status.ts';
import { filterVisits } from '../appointments/visit-filter.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import type { RowKey } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import { Forbidden } from '../../foundation/errors/domain-error.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { EmergencyReading } from '../../people/emergency-access/emergency-reading.service.ts';
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
import { Role, type RequestContext } from '../../foundation/request-context/request-context.ts';
import { Session } from './session.entity.ts';
import type { SessionFilter } from './session.inputs.ts';

/** What an appointment became; `id` is the appointment's. */
interface Outcome extends RowKey {
  readonly session: Session;
}

/** Reading the clinical record. Every read is in the audit trail, and once more where an emergency grant opened it. */
@Injectable()
export class SessionQueries {
  private readonly sessions = new Readable(Session, 'session');

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly pages: Pages,
    private readonly appointments: AppointmentQueries,
    private readonly emergency: EmergencyReading,
    private readonly audit: AuditService,
    private readonly ahead: ReadAhead,
  ) {
    ahead.add(Appointment, 'session', {
      permission: Permission.READ_SESSION,
      of: Session,
      read: (tx, rows) => this.ofVisits(tx, rows),
    });
  }

  /** @throws NotFound, Forbidden */
  async one(ctx: RequestContext, id: string): Promise<Session> {
    const scope = await this.tenancy.of(ctx, Session, 'session', id);
    return this.transactions.read(scope, async (tx) => {
      const readable = await this.readable(tx);
      const session = await readable.one(tx, id);
      await this.recordRead(tx, [session]);
      return session;
    });
  }

  /** Oldest first by (startTime, id). */
  async list(ctx: RequestContext, filter: SessionFilter, args: PageArgs, selection = NOTHING): Promise<Page<Session>> {
    const scope = await this.tenancy.forList(ctx, filter.organizationId);
    const listing = this.listing(filter);
    return this.pages.list(scope, {
      args,
      ...listing,
      read: async (tx, rows) => {
        await listing.read(tx, rows);
        await this.ahead.read(tx, Session, rows, selection);
      },
    });
  }

  /** The same list by page numbers. */
  async numbered(ctx: RequestContext, filter: SessionFilter, page: PageNumber): Promise<NumberedPage<Session>> {
    const scope = await this.tenancy.forList(ctx, filter.organizationId);
    return this.pages.numbered(scope, page, this.listing(filter));
  }

  /**
   * A practitioner lists the sessions of nobody else by name; what they may read of them is in `list`.
   *
   * @throws NotFound, Forbidden
   */
  async requireOwnList(ctx: RequestContext, practitionerId: string): Promise<void> {
    const { role, practitionerId: own } = ctx.actor;
    if (role !== Role.PRACTITIONER || own === practitionerId) return;
    await this.transactions.read(ctx, (tx) => this.appointments.requireReadable(tx, { practitionerId }));
    throw new Forbidden(
      { resource: 'practitioner', resourceId: practitionerId },
      'A practitioner lists only their own sessions.',
    );
  }

  /** The session of an appointment: null until it is completed, and where the caller may not read the clinical record. */
  async ofAppointment(ctx: RequestContext, appointment: RowKey): Promise<Session | null> {
    const { id, organizationId } = appointment;
    const outcome = await loadBatched(ctx, this.batchOfAppointments, { id, organizationId });
    return outcome?.session ?? null;
  }

  private listing(filter: SessionFilter): Listing<Session> & Required<Pick<Listing<Session>, 'read'>> {
    return {
      order: ['startTime', 'id'],
      query: async (tx) => filterVisits((await this.readableIn(tx, filter)).query(tx), filter),
      check: (tx) => this.appointments.requireReadable(tx, filter),
      read: (tx, rows) => this.recordRead(tx, rows, filter),
    };
  }

  private readonly batchOfAppointments = (ctx: RequestContext, keys: readonly RowKey[]): Promise<Outcome[]> =>
    this.transactions.readTogether(ctx, async (tx) => {
      const sessions = await this.ofAppointments(tx, keys);
      return sessions.map((session) => ({
        id: session.appointmentId,
        organizationId: session.organizationId,
        session,
      }));
    });

  /** Of the rows of a list, in their order. Only what is completed has one. */
  private async ofVisits(tx: Tx, visits: readonly Appointment[]): Promise<(Session | null)[]> {
    const completed = visits.filter(({ status }) => status === AppointmentStatus.COMPLETED);
    if (!completed.length) return visits.map(() => null);
    const { practitionerId: own } = tx.ctx.actor;
    const sessions = completed.every(({ practitionerId }) => practitionerId === own)
      ? await this.ofOwnAppointments(tx, completed)
      : await this.ofAppointments(tx, completed);
    const byAppointment = new Map(sessions.map((session) => [session.appointmentId, session]));
    return visits.map(({ id }) => byAppointment.get(id) ?? null);
  }

  /** Of those appointments that have one which the caller may read. */
  private async ofAppointments(tx: Tx, appointments: readonly RowKey[]): Promise<Session[]> {
    const readable = await this.readable(tx);
    const sessions = await readable.query(tx).withKeys(appointments, 'appointmentId').many();
    if (sessions.length) await this.recordRead(tx, sessions);
    return sessions;
  }

  /** As `ofAppointments`, where the caller treats all of their patients: no grant can open any of them. */
  private async ofOwnAppointments(tx: Tx, appointments: readonly RowKey[]): Promise<Session[]> {
    const sessions = await this.sessions.query(tx).withKeys(appointments, 'appointmentId').many();
    if (sessions.length) this.audit.recordRead(tx, 'session', sessions);
    return sessions;
  }

  /**
   * An opened patient takes part in a list, and in its count, only where the list asks for that very patient: then it is a
   * use of the grant whatever the page holds. A count over others would tell of them with no event.
   */
  private async readableIn(tx: Tx, { patientId }: SessionFilter): Promise<Readable<Session>> {
    return patientId == null ? this.sessions : this.readable(tx);
  }

  private async readable(tx: Tx): Promise<Readable<Session>> {
    return this.sessions.withOpened((await this.emergency.open(tx)).patientIds);
  }

  private async recordRead(tx: Tx, sessions: readonly Session[], filter?: SessionFilter): Promise<void> {
    this.audit.recordRead(tx, 'session', sessions, filter);
    await this.emergency.recordUse(tx, sessions, filter);
  }
}
