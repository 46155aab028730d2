import { Injectable } from '@nestjs/common';
import { v7 as uuid } from 'uuid';
import { Tenancy } from '../access/tenancy.ts';
import { AuditService, type AuditRecord } from '../audit/audit.service.ts';
import { AuthorizationLedger } from '../authorizations/authorization-ledger.service.ts';
import { AuthorizationsService } from '../authorizations/authorizations.service.ts';
import type { Authorization } from '../authorizations/authorization.entity.ts';
import { requireUsable, type Visit } from '../authorizations/usable.ts';
import { TenantRepository } from '../database/tenant-repository.ts';
import { Transactions } from '../database/transactions.ts';
import type { Tx } from '../database/tx.ts';
import { BadUserInput, requireVersion } from '../errors/domain-error.ts';
import { Idempotency } from '../idempotency/idempotency.service.ts';
import { Patient } from '../patients/patient.entity.ts';
import type { RequestContext } from '../request-context/request-context.ts';
import type { ServiceCode } from '../service-codes/service-code.entity.ts';
import { unitsFor } from '../service-codes/units.ts';
import { checkRecurrenceRule } from '../time/recurrence-rule.ts';
import { TimeWindow } from '../time/time-window.ts';
import { AppointmentStatus, requireTransition } from './appointment-status.ts';
import { Appointment } from './appointment.entity.ts';
import type { CreateAppointmentInput, UpdateAppointmentInput } from './appointment.inputs.ts';
import { asConflict, Calendar } from './calendar.ts';

/**
 * Booking a visit and moving it. Lock order, here and everywhere: idempotency key, appointment, practitioner, patient,
 * authorizations by id, append-only tables.
 */
@Injectable()
export class BookingService {
  private readonly rows = new TenantRepository(Appointment);

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly idempotency: Idempotency,
    private readonly calendar: Calendar,
    private readonly authorizations: AuthorizationsService,
    private readonly ledger: AuthorizationLedger,
    private readonly audit: AuditService,
  ) {}

  /**
   * Reserves the units in the transaction that writes the appointment, or writes nothing.
   *
   * @throws SchedulingConflict, InsufficientUnits, AuthorizationNotUsable, AuthorizationPatientMismatch, NotFound
   * @throws BadUserInput a length, date, code or recurrence rule that cannot be; a visit of 0 units
   */
  async book(ctx: RequestContext, input: CreateAppointmentInput): Promise<Appointment> {
    const window = TimeWindow.toBook(input.startTime, input.endTime);
    if (input.recurrenceRule != null) checkRecurrenceRule(input.recurrenceRule);
    const scope = await this.tenancy.of(ctx, Patient, 'patient', input.patientId);
    const id = uuid();
    return this.transactions
      .run(scope, (tx) =>
        this.idempotency.once(
          tx,
          { operation: 'createAppointment', input, resourceId: id },
          () => this.insert(tx, id, input, window),
          (first) => this.rows.get(tx, first),
        ),
      )
      .catch(asConflict);
  }

  /**
   * Changes details while SCHEDULED; when it fails the old booking stands untouched.
   *
   * @throws InvalidStatusTransition, StaleVersion, and all that `book` throws
   */
  async change(ctx: RequestContext, input: UpdateAppointmentInput): Promise<Appointment> {
    const scope = await this.tenancy.of(ctx, Appointment, 'appointment', input.id);
    return this.transactions
      .run(scope, (tx) =>
        this.idempotency.once(
          tx,
          { operation: 'updateAppointment', input, resourceId: input.id },
          () => this.apply(tx, input),
          (id) => this.rows.get(tx, id),
        ),
      )
      .catch(asConflict);
  }

  private async insert(tx: Tx, id: string, input: CreateAppointmentInput, window: TimeWindow): Promise<Appointment> {
    const { timeZone } = await this.calendar.lockPeople(tx, input);
    const visit: Visit = { patientId: input.patientId, date: window.dateIn(timeZone) };
    const authorization = await this.authorizations.find(tx, input.authorizationId);
    requireUsable(authorization, visit, tx.ctx.now(), timeZone);
    const code = await this.authorizations.coveredCode(tx, authorization.id, input.serviceCode);
    const units = unitsToBook(window, code);
    await this.calendar.requireFree(tx, { practitionerId: input.practitionerId, patientId: input.patientId, window });
    const now = new Date();
    const appointment = await this.rows.insert(tx, {
      id,
      patientId: input.patientId,
      practitionerId: input.practitionerId,
      authorizationId: authorization.id,
      serviceCodeId: code.id,
      startTime: window.start,
      endTime: window.end,
      status: AppointmentStatus.SCHEDULED,
      unitsReserved: units,
      location: input.location ?? null,
      notes: input.notes ?? null,
      recurrenceRule: input.recurrenceRule ?? null,
      startedAt: null,
      cancelledAt: null,
      cancellationReason: null,
      version: 1,
      createdAt: now,
      updatedAt: now,
    });
    // the authorization is locked from here on: only the ledger's write and the audit event follow
    await this.ledger.reserve(tx, { authorizationId: authorization.id, appointmentId: id }, units, (locked) =>
      requireUsable(locked, visit, tx.ctx.now(), timeZone),
    );
    await this.audit.record(tx, { action: 'CREATE_APPOINTMENT', ...factsOf(appointment) });
    return appointment;
  }

  private async apply(tx: Tx, input: UpdateAppointmentInput): Promise<Appointment> {
    const appointment = await this.rows.getLocked(tx, input.id);
    requireVersion(appointment.version, input.expectedVersion);
    requireTransition(appointment.status, AppointmentStatus.SCHEDULED);
    const after = this.changed(appointment, input);
    const fields = Object.keys(after).filter((field) =>
      differs(appointment[field as keyof Appointment], after[field as keyof Appointment]),
    );
    const moves = ['startTime', 'endTime', 'authorizationId', 'practitionerId'].some((field) => fields.includes(field));
    const plan = moves || input.serviceCode != null ? await this.plan(tx, appointment, after, input) : undefined;
    if (plan && plan.code.id !== appointment.serviceCodeId) fields.push('serviceCode');
    if (!fields.length) return appointment;
    const saved = await this.rows.update(tx, appointment, {
      ...after,
      ...(plan && { serviceCodeId: plan.code.id, unitsReserved: plan.units }),
      version: appointment.version + 1,
      updatedAt: new Date(),
    });
    if (plan) await this.moveHold(tx, appointment, saved, plan);
    await this.audit.record(tx, { action: 'UPDATE_APPOINTMENT', ...factsOf(saved, { fields }) });
    return saved;
  }

  /** What is left out, or null, stays; null clears notes and location. */
  private changed(appointment: Appointment, input: UpdateAppointmentInput): Partial<Appointment> {
    return {
      practitionerId: input.practitionerId ?? appointment.practitionerId,
      authorizationId: input.authorizationId ?? appointment.authorizationId,
      startTime: input.startTime ?? appointment.startTime,
      endTime: input.endTime ?? appointment.endTime,
      location: input.location === undefined ? appointment.location : input.location,
      notes: input.notes === undefined ? appointment.notes : input.notes,
    };
  }

  /** Everything a moved booking has to satisfy, asked as if it were new. */
  private async plan(
    tx: Tx,
    appointment: Appointment,
    after: Partial<Appointment>,
    input: UpdateAppointmentInput,
  ): Promise<Plan> {
    const { patientId } = appointment;
    const wanted = Object.assign(new Appointment(), appointment, after);
    const window = TimeWindow.toBook(wanted.startTime, wanted.endTime);
    const { timeZone } = await this.calendar.lockPeople(tx, { practitionerId: wanted.practitionerId, patientId });
    const visit: Visit = { patientId, date: window.dateIn(timeZone) };
    const authorization = await this.authorizations.find(tx, wanted.authorizationId);
    requireUsable(authorization, visit, tx.ctx.now(), timeZone);
    const kept = input.serviceCode ?? (await this.authorizations.codeOf(tx, appointment.serviceCodeId));
    const code = await this.authorizations.coveredCode(tx, authorization.id, kept);
    const remeasured =
      window.minutes !== minutesOf(appointment) ||
      code.id !== appointment.serviceCodeId ||
      authorization.id !== appointment.authorizationId;
    const units = remeasured ? unitsToBook(window, code) : appointment.unitsReserved;
    await this.calendar.requireFree(tx, {
      practitionerId: wanted.practitionerId,
      patientId,
      window,
      except: appointment.id,
    });
    return { visit, timeZone, code, units };
  }

  private async moveHold(
    tx: Tx,
    before: Pick<Appointment, 'authorizationId' | 'unitsReserved'>,
    saved: Appointment,
    plan: Plan,
  ): Promise<void> {
    const from = { authorizationId: before.authorizationId, appointmentId: saved.id };
    const to = { authorizationId: saved.authorizationId, appointmentId: saved.id };
    const check = (locked: Authorization): void => requireUsable(locked, plan.visit, tx.ctx.now(), plan.timeZone);
    if (from.authorizationId === to.authorizationId)
      await this.ledger.resize(tx, to, before.unitsReserved, plan.units, check);
    else await this.ledger.move(tx, { ...from, units: before.unitsReserved }, { ...to, units: plan.units }, check);
  }
}

interface Plan {
  readonly visit: Visit;
  readonly timeZone: string;
  readonly code: ServiceCode;
  readonly units: number;
}

/** @throws BadUserInput a visit that would be 0 units cannot be booked */
function unitsToBook(window: TimeWindow, code: ServiceCode): number {
  const units = unitsFor(window.minutes, code);
  if (units < 1) throw new BadUserInput({ endTime: `a visit of ${window.minutes} minutes is 0 units of ${code.code}` });
  return units;
}

function minutesOf({ startTime, endTime }: Appointment): number {
  return TimeWindow.toBook(startTime, endTime).minutes;
}

function differs(before: unknown, after: unknown): boolean {
  return before instanceof Date && after instanceof Date ? before.getTime() !== after.getTime() : before !== after;
}

/** What the audit trail keeps of an appointment: ids, units and times, never its notes. */
export function factsOf(appointment: Appointment, more: object = {}): Omit<AuditRecord, 'action'> {
  const { id, patientId, practitionerId, authorizationId, unitsReserved, startTime, endTime, status } = appointment;
  return {
    resource: 'appointment',
    resourceId: id,
    patientId,
    details: { practitionerId, authorizationId, unitsReserved, startTime, endTime, status, ...more },
  };
}
