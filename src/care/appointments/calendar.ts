import { Injectable } from '@nestjs/common';
import { violates } from '../../platform/database/connection/sql-errors.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { NotFound } from '../../foundation/errors/domain-error.ts';
import type { TimeWindow } from '../../foundation/time/time-window.ts';
import { PATIENT_FREE, PRACTITIONER_FREE } from './appointment.entity.ts';
import { Busy, SchedulingConflict } from './appointment.errors.ts';

/** Who is to meet. */
export interface Meeting {
  readonly practitionerId: string;
  readonly patientId: string;
}

/** The time of a live visit, as one of the two who meet then has it: of both it is there twice. */
export interface BusyTime {
  /** The appointment. */
  readonly id: string;
  readonly busy: Busy;
  /** Of the practitioner, or of the patient. */
  readonly personId: string;
  readonly startTime: Date;
  readonly endTime: Date;
}

/** Keeps a practitioner, and a patient, from having two live appointments at a time. */
@Injectable()
export class Calendar {
  /**
   * Locks the practitioner, then the patient, so that bookings of the same people come one after the other, and tells
   * the organization's zone on the way.
   *
   * @throws NotFound one of them is not in the organization
   */
  async lockPeople(tx: Tx, { practitionerId, patientId }: Meeting): Promise<{ timeZone: string }> {
    const [found] = await tx.sql<{ timeZone: string }>(
      `SELECT organization.time_zone AS "timeZone"
         FROM practitioners practitioner, patients patient, organizations organization
        WHERE practitioner.organization_id = $1 AND practitioner.id = $2
          AND patient.organization_id = $1 AND patient.id = $3 AND organization.id = $1
          FOR NO KEY UPDATE OF practitioner, patient`,
      [tx.organizationId, practitionerId, patientId],
    );
    if (found) return found;
    const [patient] = await tx.sql('SELECT id FROM patients WHERE organization_id = $1 AND id = $2', [
      tx.organizationId,
      patientId,
    ]);
    throw patient ? new NotFound('practitioner', practitionerId) : new NotFound('patient', patientId);
  }

  /**
   * The live visits of the two that touch the time from the first start to the last end. Sent behind the locks, in a statement
   * of its own, so that it sees what the booking before has just committed. Live is what holds units
   * (appointments_hold_while_live): by the status PostgreSQL would take the index of the exclusion constraint, whose range
   * row-level security keeps it from, and read all of a person's live visits.
   */
  busyTimes(tx: Tx, { practitionerId, patientId }: Meeting, windows: readonly TimeWindow[]): Promise<BusyTime[]> {
    const from = new Date(Math.min(...windows.map(({ start }) => start.getTime())));
    const to = new Date(Math.max(...windows.map(({ end }) => end.getTime())));
    return tx.sql<BusyTime>(
      `SELECT id, '${Busy.PRACTITIONER}' AS busy, practitioner_id AS "personId", start_time AS "startTime", end_time AS "endTime"
         FROM appointments
        WHERE organization_id = $1 AND practitioner_id = $2 AND start_time > $4::timestamptz - interval '12 hours 1 second'
          AND start_time < $5 AND end_time > $4 AND units_reserved > 0
       UNION ALL
       SELECT id, '${Busy.PATIENT}', patient_id, start_time, end_time
         FROM appointments
        WHERE organization_id = $1 AND patient_id = $3 AND start_time > $4::timestamptz - interval '12 hours 1 second'
          AND start_time < $5 AND end_time > $4 AND units_reserved > 0`,
      [tx.organizationId, practitionerId, patientId, from, to],
    );
  }
}

/**
 * What the exclusion constraints refused although the overlap was asked for before, told as what it is. Who is busy can
 * no longer be looked up: the transaction is over.
 */
export function asConflict(error: unknown): never {
  if (violates(error, PRACTITIONER_FREE))
    throw new SchedulingConflict({ conflictsWith: [Busy.PRACTITIONER], appointmentIds: [] });
  if (violates(error, PATIENT_FREE))
    throw new SchedulingConflict({ conflictsWith: [Busy.PATIENT], appointmentIds: [] });
  throw error;
}
