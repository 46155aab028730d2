import { Injectable } from '@nestjs/common';
import { requireVersion } from '../../foundation/errors/domain-error.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { checkRecurrenceRule } from '../../foundation/time/recurrence-rule.ts';
import { TimeWindow } from '../../foundation/time/time-window.ts';
import { Patient } from '../../people/patients/patient.entity.ts';
import { newId } from '../../platform/database/rows/new-id.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { Idempotency } from '../../rules/idempotency/idempotency.service.ts';
import { AuthorizationLedger } from '../authorizations/authorization-ledger.service.ts';
import { AppointmentStatus, requireTransition } from './appointment-status.ts';
import { Appointment } from './appointment.entity.ts';
import type { CreateAppointmentInput, UpdateAppointmentInput } from './appointment.inputs.ts';
import { decide, requireBookable, type WantedVisit } from './booking-decision.ts';
import { BookingFactsService, type LockedFacts } from './booking-facts.service.ts';
import { BookingWriter } from './booking-writer.service.ts';
import { asConflict } from './calendar.ts';

/** What a visit's time and units depend on. */
const MOVING: readonly string[] = ['startTime', 'endTime', 'authorizationId', 'practitionerId'];

/**
 * Booking a visit and moving it: the facts are read under the locks (booking-facts.service.ts), decided on without the
 * database (booking-decision.ts) and written (booking-writer.service.ts). Lock order, here and everywhere: idempotency
 * key, appointment, practitioner, patient, authorizations by id, append-only tables.
 */
@Injectable()
export class BookingService {
  private readonly rows = new TenantRepository(Appointment);

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly idempotency: Idempotency,
    private readonly facts: BookingFactsService,
    private readonly writer: BookingWriter,
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
    const { patientId, practitionerId, authorizationId, serviceCode } = input;
    const visit = { patientId, practitionerId, authorizationId, window, serviceCode };
    const scope = await this.tenancy.of(ctx, Patient, 'patient', patientId);
    const id = newId();
    return this.ledger
      .inTurn(scope, authorizationId, () =>
        this.transactions.run(scope, (tx) =>
          this.idempotency.once(
            tx,
            { operation: 'createAppointment', input, resourceId: id },
            {
              ask: () => this.facts.read(tx, [visit]),
              work: (facts) => this.insert(tx, id, input, visit, facts),
              replay: (first) => this.readAgain(tx, first),
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
            replay: (id) => this.readAgain(tx, id),
          },
        ),
      )
      .catch(asConflict);
  }

  private insert(
    tx: Tx,
    id: string,
    input: CreateAppointmentInput,
    visit: WantedVisit,
    facts: LockedFacts,
  ): Appointment {
    const [decision] = decide(facts, [visit]);
    const { location = null, notes = null, recurrenceRule = null } = input;
    const details = { location, notes, recurrenceRule };
    const [appointment] = this.writer.book(tx, facts, [{ id, decision: requireBookable(decision), details }]);
    return appointment;
  }

  private async apply(tx: Tx, appointment: Appointment, input: UpdateAppointmentInput): Promise<Appointment> {
    requireVersion(appointment.version, input.expectedVersion);
    requireTransition(appointment.status, AppointmentStatus.SCHEDULED);
    const { location, notes, ...visit } = changed(appointment, input);
    const details = { location, notes };
    const fields = fieldsThatDiffer(appointment, { ...visit, ...details });
    if (input.serviceCode == null && !fields.some((field) => MOVING.includes(field)))
      return fields.length ? this.writer.describe(tx, appointment, details, fields) : this.read(tx, appointment);

    const { practitionerId, authorizationId, startTime, endTime } = visit;
    const wanted: WantedVisit = {
      patientId: appointment.patientId,
      practitionerId,
      authorizationId,
      window: TimeWindow.toBook(startTime, endTime, input),
      serviceCode: input.serviceCode,
      before: appointment,
    };
    const facts = await this.facts.read(tx, [wanted]);
    const decision = requireBookable(decide(facts, [wanted])[0]);
    if (decision.code.id !== appointment.serviceCodeId) fields.push('serviceCode');
    if (!fields.length) return this.read(tx, appointment);
    const [moved] = this.writer.move(tx, facts, [{ appointment, decision, details, fields }]);
    return moved;
  }

  /** Answering with what was there already is a read. */
  private read(tx: Tx, appointment: Appointment): Appointment {
    this.audit.recordRead(tx, 'appointment', [appointment]);
    return appointment;
  }

  private async readAgain(tx: Tx, id: string): Promise<Appointment> {
    return this.read(tx, await this.rows.get(tx, id));
  }
}

type Changed = Pick<Appointment, 'practitionerId' | 'authorizationId' | 'startTime' | 'endTime' | 'location' | 'notes'>;

/** What is left out, or null, stays; null clears notes and location. */
function changed(appointment: Appointment, input: UpdateAppointmentInput): Changed {
  return {
    practitionerId: input.practitionerId ?? appointment.practitionerId,
    authorizationId: input.authorizationId ?? appointment.authorizationId,
    startTime: input.startTime ?? appointment.startTime,
    endTime: input.endTime ?? appointment.endTime,
    location: input.location === undefined ? appointment.location : input.location,
    notes: input.notes === undefined ? appointment.notes : input.notes,
  };
}

function fieldsThatDiffer(before: Appointment, after: Changed): string[] {
  return (Object.keys(after) as (keyof Changed)[]).filter((field) => differs(before[field], after[field]));
}

function differs(before: unknown, after: unknown): boolean {
  return before instanceof Date && after instanceof Date ? before.getTime() !== after.getTime() : before !== after;
}
