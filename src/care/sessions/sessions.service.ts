import { Injectable } from '@nestjs/common';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AppointmentsService, type LockedAppointment } from '../appointments/appointments.service.ts';
import { AppointmentStatus, requireOver, requireTransition } from '../appointments/appointment-status.ts';
import { Appointment } from '../appointments/appointment.entity.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { AuthorizationLedger } from '../authorizations/authorization-ledger.service.ts';
import { coversDate } from '../authorizations/usable.ts';
import { inOrder } from '../../platform/database/transactions/in-order.ts';
import { newId } from '../../platform/database/rows/new-id.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { Forbidden, NotFound } from '../../foundation/errors/domain-error.ts';
import { Idempotency } from '../../rules/idempotency/idempotency.service.ts';
import { Role, type RequestContext } from '../../foundation/request-context/request-context.ts';
import { unitsFor, type UnitRule } from '../service-codes/units.ts';
import { localDate } from '../../foundation/time/local-date.ts';
import { TimeWindow } from '../../foundation/time/time-window.ts';
import { Session, SessionStatus } from './session.entity.ts';
import type { CompleteAppointmentInput } from './session.inputs.ts';

/** How the minutes of a visit become units, and in which time zone its date is. */
interface Billing extends UnitRule {
  readonly timeZone: string;
}

interface Facts extends LockedAppointment {
  readonly billing: Billing;
}

const BILLING = `
  SELECT code.timed, code.unit_minutes AS "unitMinutes", code.round_up_at_minutes AS "roundUpAtMinutes",
         code.zero_below_minutes AS "zeroBelowMinutes", organization.time_zone AS "timeZone"
    FROM appointments appointment
    JOIN service_codes code ON code.organization_id = $1 AND code.id = appointment.service_code_id
    JOIN organizations organization ON organization.id = $1
   WHERE appointment.organization_id = $1 AND appointment.id = $2`;

/** Delivering a visit: the appointment becomes a session, and its units are consumed. */
@Injectable()
export class SessionsService {
  private readonly rows = new TenantRepository(Session);

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly idempotency: Idempotency,
    private readonly appointments: AppointmentsService,
    private readonly ledger: AuthorizationLedger,
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
    const id = newId();
    return this.transactions.run(scope, (tx) =>
      this.idempotency.once(
        tx,
        { operation: 'completeAppointment', input, resourceId: id },
        {
          ask: () => this.ask(tx, input.appointmentId),
          work: (facts) => this.deliver(tx, id, input, facts),
          replay: (first) => this.replay(tx, first),
        },
      ),
    );
  }

  /** What a completion has to know, in one round trip and under the locks. */
  private async ask(tx: Tx, appointmentId: string): Promise<Facts> {
    const [locked, [billing]] = await inOrder([
      this.appointments.lockWithHold(tx, appointmentId),
      tx.sql<Billing>(BILLING, [tx.organizationId, appointmentId]),
    ]);
    if (!billing) throw new NotFound('appointment', appointmentId);
    return { ...locked, billing };
  }

  private deliver(
    tx: Tx,
    id: string,
    input: CompleteAppointmentInput,
    { appointment, authorization, billing }: Facts,
  ): Session {
    requireOwn(tx.ctx, appointment.practitionerId, appointment.id);
    requireTransition(appointment.status, AppointmentStatus.COMPLETED);
    const window = deliveredWindow(appointment, input);
    requireOver(window.end, tx.ctx.now(), input.actualEndTime == null ? 'appointmentId' : 'actualEndTime');
    const { unitsUsed, unitsUnauthorized } = this.ledger.consume(tx, authorization, appointment.id, {
      held: appointment.unitsReserved,
      delivered: unitsFor(window.minutes, billing),
      covered: coversDate(authorization, localDate(window.start, billing.timeZone)),
    });
    const completed = this.appointments.complete(tx, appointment);
    const now = new Date();
    const session = this.rows.add(tx, {
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
    this.recordDelivery(tx, completed, session);
    return session;
  }

  private recordDelivery(tx: Tx, appointment: Appointment, session: Session): void {
    const { patientId, practitionerId, authorizationId, startTime, endTime, unitsUsed, unitsUnauthorized } = session;
    const details = { practitionerId, authorizationId, startTime, endTime, unitsUsed, unitsUnauthorized };
    this.audit.recordAll(tx, [
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
    this.audit.recordRead(tx, 'session', [session]);
    return session;
  }
}

function deliveredWindow(appointment: Appointment, input: CompleteAppointmentInput): TimeWindow {
  return TimeWindow.delivered(
    input.actualStartTime ?? appointment.startTime,
    input.actualEndTime ?? appointment.endTime,
    { start: 'actualStartTime', end: 'actualEndTime' },
    input,
  );
}

function requireOwn({ actor }: RequestContext, practitionerId: string, appointmentId: string): void {
  if (actor.role === Role.PRACTITIONER && actor.practitionerId !== practitionerId)
    throw new Forbidden(
      { resource: 'appointment', resourceId: appointmentId },
      'A practitioner completes only their own appointments.',
    );
}
