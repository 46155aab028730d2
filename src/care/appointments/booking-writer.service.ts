import { Injectable } from '@nestjs/common';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { AuthorizationLedger, type HoldChange } from '../authorizations/authorization-ledger.service.ts';
import { factsOf } from './appointment-audit.ts';
import { AppointmentStatus } from './appointment-status.ts';
import { Appointment } from './appointment.entity.ts';
import { read, type Bookable, type OfEach } from './booking-decision.ts';
import type { LockedFacts } from './booking-facts.service.ts';

/** What no decision depends on. */
export type VisitDetails = Pick<Appointment, 'location' | 'notes' | 'recurrenceRule'>;

/** A new visit that may stand. */
export interface Booking {
  /** Of the appointment that it becomes. */
  readonly id: string;
  readonly decision: Bookable;
  readonly details: VisitDetails;
}

/** A booked visit that may become another one. */
export interface Move {
  readonly appointment: Appointment;
  readonly decision: Bookable;
  readonly details: Partial<VisitDetails>;
  /** The names of what changes, for the audit trail. */
  readonly fields: readonly string[];
}

/**
 * The only writer of visits that take time and units: their rows, what they hold, and their events. Nobody waits for what it
 * sends, it travels with the COMMIT.
 */
@Injectable()
export class BookingWriter {
  private readonly rows = new TenantRepository<Appointment, 'durationMinutes'>(Appointment);

  constructor(
    private readonly ledger: AuthorizationLedger,
    private readonly audit: AuditService,
  ) {}

  book<const Bookings extends readonly Booking[]>(
    tx: Tx,
    facts: LockedFacts,
    bookings: Bookings,
  ): OfEach<Bookings, Appointment> {
    this.hold(tx, facts, bookings);
    return bookings.map((booking) => this.insert(tx, booking)) as OfEach<Bookings, Appointment>;
  }

  /** One by one: a visit that takes the old time of one behind it is refused by the walls (appointments_..._free). */
  move<const Moves extends readonly Move[]>(tx: Tx, facts: LockedFacts, moves: Moves): OfEach<Moves, Appointment> {
    this.hold(
      tx,
      facts,
      moves.map(({ appointment: { id }, decision }) => ({ id, decision })),
    );
    return moves.map((move) => this.change(tx, move)) as OfEach<Moves, Appointment>;
  }

  /** Changes what neither time nor units depend on. */
  describe(tx: Tx, appointment: Appointment, details: Partial<VisitDetails>, fields: readonly string[]): Appointment {
    return this.save(tx, appointment, details, fields);
  }

  /** Each authorization's movements are one statement. */
  private hold(tx: Tx, facts: LockedFacts, visits: readonly Pick<Booking, 'id' | 'decision'>[]): void {
    const changes = new Map<string, HoldChange[]>();
    const add = (authorizationId: string, change: HoldChange): void => {
      const others = changes.get(authorizationId);
      if (others) others.push(change);
      else changes.set(authorizationId, [change]);
    };
    for (const { id: appointmentId, decision } of visits) {
      const { authorizationId, before } = decision.visit;
      const stays = before?.authorizationId === authorizationId;
      add(authorizationId, { appointmentId, from: stays ? before.unitsReserved : 0, to: decision.units });
      if (before && !stays) add(before.authorizationId, { appointmentId, from: before.unitsReserved, to: 0 });
    }
    for (const [id, ofOne] of changes) this.ledger.resize(tx, read(facts.authorizations, id), ofOne);
  }

  private insert(tx: Tx, { id, decision: { visit, code, units }, details }: Booking): Appointment {
    const now = new Date();
    const appointment = this.rows.add(tx, {
      id,
      patientId: visit.patientId,
      practitionerId: visit.practitionerId,
      authorizationId: visit.authorizationId,
      serviceCodeId: code.id,
      startTime: visit.window.start,
      endTime: visit.window.end,
      status: AppointmentStatus.SCHEDULED,
      unitsReserved: units,
      ...details,
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

  private change(tx: Tx, { appointment, decision: { visit, code, units }, details, fields }: Move): Appointment {
    const { practitionerId, authorizationId, window } = visit;
    const changes = {
      practitionerId,
      authorizationId,
      serviceCodeId: code.id,
      startTime: window.start,
      endTime: window.end,
      unitsReserved: units,
      ...details,
    };
    return this.save(tx, appointment, changes, fields);
  }

  private save(
    tx: Tx,
    appointment: Appointment,
    changes: Partial<Appointment>,
    fields: readonly string[],
  ): Appointment {
    const saved = this.rows.change(tx, appointment, {
      ...changes,
      version: appointment.version + 1,
      updatedAt: new Date(),
    });
    this.audit.record(tx, { action: 'UPDATE_APPOINTMENT', ...factsOf(saved, { fields }) });
    return saved;
  }
}
