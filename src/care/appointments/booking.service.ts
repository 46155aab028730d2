import { Injectable } from '@nestjs/common';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AuditService, type AuditRecord } from '../../rules/audit/audit.service.ts';
import { AuthorizationLedger, type LockedAuthorization } from '../authorizations/authorization-ledger.service.ts';
import { AuthorizationsService } from '../authorizations/authorizations.service.ts';
import { billedCode, keptCode, type BillableCode } from '../authorizations/billed-code.ts';
import { requireUsable, type Visit } from '../authorizations/usable.ts';
import { inOrder } from '../../platform/database/transactions/in-order.ts';
import { newId } from '../../platform/database/rows/new-id.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { BadUserInput, requireVersion } from '../../foundation/errors/domain-error.ts';
import { Idempotency } from '../../rules/idempotency/idempotency.service.ts';
import { Patient } from '../../people/patients/patient.entity.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { unitsFor } from '../service-codes/units.ts';
import { checkRecurrenceRule } from '../../foundation/time/recurrence-rule.ts';
import { TimeWindow } from '../../foundation/time/time-window.ts';
import { AppointmentStatus, requireTransition } from './appointment-status.ts';
import { Appointment } from './appointment.entity.ts';
import type { CreateAppointmentInput, UpdateAppointmentInput } from './appointment.inputs.ts';
import { asConflict, Calendar, requireFree, type Overlap } from './calendar.ts';

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
    const id = newId();
    return this.ledger
      .inTurn(scope, input.authorizationId, () =>
        this.transactions.run(scope, (tx) =>
          this.idempotency.once(
            tx,
            { operation: 'createAppointment', input, resourceId: id },
            {
              ask: () => this.ask(tx, input, window),
              work: (facts) => this.insert(tx, id, input, window, facts),
              replay: (first) => this.rows.get(tx, first),
            },
          ),
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
          {
            ask: () => this.rows.getLocked(tx, input.id),
            work: (appointment) => this.apply(tx, appointment, input),
            replay: (id) => this.rows.get(tx, id),
          },
        ),
      )
      .catch(asConflict);
  }

  /**
   * All that a booking has to know, in one round trip and under the locks: each statement sees what the locks before it
   * waited for. The authorization is what many bookings want at once, so it comes last.
   */
  private async ask(tx: Tx, input: CreateAppointmentInput, window: TimeWindow): Promise<Facts> {
    const { practitionerId, patientId, authorizationId } = input;
    const meeting = { practitionerId, patientId, window };
    const [{ timeZone }, overlaps, codes, authorization] = await inOrder([
      this.calendar.lockPeople(tx, meeting),
      this.calendar.overlaps(tx, meeting),
      this.authorizations.coveredCodes(tx, authorizationId),
      this.ledger.lock(tx, authorizationId),
    ]);
    return { timeZone, overlaps, codes, authorization };
  }

  private insert(
    tx: Tx,
    id: string,
    input: CreateAppointmentInput,
    window: TimeWindow,
    { timeZone, overlaps, codes, authorization }: Facts,
  ): Appointment {
    const visit: Visit = { patientId: input.patientId, date: window.dateIn(timeZone) };
    requireUsable(authorization, visit, tx.ctx.now(), timeZone);
    const code = billedCode(codes, input.serviceCode);
    const units = unitsToBook(window, code);
    requireFree(overlaps);
    this.ledger.reserve(tx, authorization, id, units);
    const now = new Date();
    const appointment = this.rows.add(tx, {
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
    this.audit.record(tx, { action: 'CREATE_APPOINTMENT', ...factsOf(appointment) });
    return appointment;
  }

  private async apply(tx: Tx, appointment: Appointment, input: UpdateAppointmentInput): Promise<Appointment> {
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
    if (plan) this.moveHold(tx, appointment, plan);
    const saved = this.rows.change(tx, appointment, {
      ...after,
      ...(plan && { serviceCodeId: plan.code.id, unitsReserved: plan.units }),
      version: appointment.version + 1,
      updatedAt: new Date(),
    });
    this.audit.record(tx, { action: 'UPDATE_APPOINTMENT', ...factsOf(saved, { fields }) });
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
    const meeting = { practitionerId: wanted.practitionerId, patientId, window, except: appointment.id };
    const [{ timeZone }, overlaps, codes, [from, to]] = await inOrder([
      this.calendar.lockPeople(tx, meeting),
      this.calendar.overlaps(tx, meeting),
      this.authorizations.coveredCodes(tx, wanted.authorizationId),
      this.ledger.lockBoth(tx, appointment.authorizationId, wanted.authorizationId),
    ]);
    requireUsable(to, { patientId, date: window.dateIn(timeZone) }, tx.ctx.now(), timeZone);
    const code =
      input.serviceCode == null ? keptCode(codes, appointment.serviceCodeId) : billedCode(codes, input.serviceCode);
    const remeasured =
      window.minutes !== minutesOf(appointment) || code.id !== appointment.serviceCodeId || to.id !== from.id;
    const units = remeasured ? unitsToBook(window, code) : appointment.unitsReserved;
    requireFree(overlaps);
    return { from, to, code, units };
  }

  private moveHold(tx: Tx, { id, unitsReserved }: Appointment, { from, to, units }: Plan): void {
    if (from.id === to.id) {
      this.ledger.resize(tx, to, id, unitsReserved, units);
      return;
    }
    this.ledger.reserve(tx, to, id, units);
    this.ledger.release(tx, from, id, unitsReserved);
  }
}

interface Facts {
  readonly timeZone: string;
  readonly overlaps: readonly Overlap[];
  readonly codes: readonly BillableCode[];
  readonly authorization: LockedAuthorization;
}

/** A booking's hold on its authorization, and where it goes: often the same one. */
interface Plan {
  readonly from: LockedAuthorization;
  readonly to: LockedAuthorization;
  readonly code: BillableCode;
  readonly units: number;
}

/** @throws BadUserInput a visit that would be 0 units cannot be booked */
function unitsToBook(window: TimeWindow, code: BillableCode): number {
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
