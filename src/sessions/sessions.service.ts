import { Injectable } from '@nestjs/common';
import { v7 as uuid } from 'uuid';
import { Tenancy } from '../access/tenancy.ts';
import { AppointmentsService } from '../appointments/appointments.service.ts';
import { AppointmentStatus, requireOver, requireTransition } from '../appointments/appointment-status.ts';
import { Appointment } from '../appointments/appointment.entity.ts';
import { AuditService } from '../audit/audit.service.ts';
import { AuthorizationLedger } from '../authorizations/authorization-ledger.service.ts';
import { coversDate } from '../authorizations/usable.ts';
import { TenantRepository } from '../database/tenant-repository.ts';
import { Transactions } from '../database/transactions.ts';
import type { Tx } from '../database/tx.ts';
import { Forbidden } from '../errors/domain-error.ts';
import { Idempotency } from '../idempotency/idempotency.service.ts';
import { OrganizationsService } from '../organizations/organizations.service.ts';
import { Role, type RequestContext } from '../request-context/request-context.ts';
import { ServiceCode } from '../service-codes/service-code.entity.ts';
import { unitsFor } from '../service-codes/units.ts';
import { localDate } from '../time/local-date.ts';
import { TimeWindow } from '../time/time-window.ts';
import { Session, SessionStatus } from './session.entity.ts';
import type { CompleteAppointmentInput } from './session.inputs.ts';

/** Delivering a visit: the appointment becomes a session, and its units are consumed. */
@Injectable()
export class SessionsService {
  private readonly rows = new TenantRepository(Session);
  private readonly serviceCodes = new TenantRepository(ServiceCode);

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly idempotency: Idempotency,
    private readonly appointments: AppointmentsService,
    private readonly ledger: AuthorizationLedger,
    private readonly organizations: OrganizationsService,
    private readonly audit: AuditService,
  ) {}

  /**
   * Consumes the units of the actual minutes. Care that happened is always recorded: what finds no room, or lies outside
   * the authorization's dates, is unauthorized and the session REQUIRES_REVIEW.
   *
   * @throws InvalidStatusTransition it is over already; BadUserInput it is not over yet, or its times cannot be
   * @throws Forbidden a practitioner completes only their own appointments
   */
  async complete(ctx: RequestContext, input: CompleteAppointmentInput): Promise<Session> {
    const scope = await this.tenancy.of(ctx, Appointment, 'appointment', input.appointmentId);
    const id = uuid();
    return this.transactions.run(scope, (tx) =>
      this.idempotency.once(
        tx,
        { operation: 'completeAppointment', input, resourceId: id },
        () => this.deliver(tx, id, input),
        (first) => this.replay(tx, first),
      ),
    );
  }

  private async deliver(tx: Tx, id: string, input: CompleteAppointmentInput): Promise<Session> {
    const appointment = await this.appointments.lock(tx, input.appointmentId);
    requireOwn(tx.ctx, appointment.practitionerId, appointment.id);
    requireTransition(appointment.status, AppointmentStatus.COMPLETED);
    const window = deliveredWindow(appointment, input);
    requireOver(window.end, tx.ctx.now());
    const code = await this.serviceCodes.get(tx, appointment.serviceCodeId);
    const date = localDate(window.start, await this.organizations.timeZoneOf(tx));
    const held = appointment.unitsReserved;
    const completed = await this.appointments.complete(tx, appointment);
    const { unitsUsed, unitsUnauthorized } = await this.ledger.consume(
      tx,
      { authorizationId: appointment.authorizationId, appointmentId: appointment.id },
      held,
      unitsFor(window.minutes, code),
      (authorization) => coversDate(authorization, date),
    );
    const now = new Date();
    const session = await this.rows.insert(tx, {
      id,
      appointmentId: appointment.id,
      patientId: appointment.patientId,
      practitionerId: appointment.practitionerId,
      authorizationId: appointment.authorizationId,
      serviceCodeId: appointment.serviceCodeId,
      startTime: window.start,
      endTime: window.end,
      durationMinutes: window.minutes,
      unitsUsed,
      unitsUnauthorized,
      status: unitsUnauthorized > 0 ? SessionStatus.REQUIRES_REVIEW : SessionStatus.COMPLETED,
      narrativeNotes: input.narrativeNotes ?? null,
      voiceRecordingUrl: input.voiceRecordingUrl ?? null,
      metrics: input.metrics ?? null,
      createdAt: now,
      updatedAt: now,
    });
    await this.recordDelivery(tx, completed, session);
    return session;
  }

  private async recordDelivery(tx: Tx, appointment: Appointment, session: Session): Promise<void> {
    const { patientId, practitionerId, authorizationId, startTime, endTime, unitsUsed, unitsUnauthorized } = session;
    const details = { practitionerId, authorizationId, startTime, endTime, unitsUsed, unitsUnauthorized };
    await this.audit.recordAll(tx, [
      { action: 'COMPLETE_APPOINTMENT', resource: 'appointment', resourceId: appointment.id, patientId, details },
      {
        action: 'CREATE_SESSION',
        resource: 'session',
        resourceId: session.id,
        patientId,
        details: { ...details, appointmentId: appointment.id },
      },
    ]);
  }

  /** The first call's session, for those who could have made that call; to them it is a read. */
  private async replay(tx: Tx, id: string): Promise<Session> {
    const session = await this.rows.get(tx, id);
    requireOwn(tx.ctx, session.practitionerId, session.appointmentId);
    await this.audit.recordRead(tx, 'session', [session]);
    return session;
  }
}

function deliveredWindow(appointment: Appointment, input: CompleteAppointmentInput): TimeWindow {
  return TimeWindow.delivered(
    input.actualStartTime ?? appointment.startTime,
    input.actualEndTime ?? appointment.endTime,
    { start: 'actualStartTime', end: 'actualEndTime' },
  );
}

function requireOwn({ actor }: RequestContext, practitionerId: string, appointmentId: string): void {
  if (actor.role === Role.PRACTITIONER && actor.practitionerId !== practitionerId)
    throw new Forbidden('A practitioner completes only their own appointments.', {
      resource: 'appointment',
      resourceId: appointmentId,
    });
}
