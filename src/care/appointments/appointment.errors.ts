import { DomainError } from '../../foundation/errors/domain-error.ts';
import { ErrorCode } from '../../foundation/errors/error-code.ts';

export enum Busy {
  PRACTITIONER = 'PRACTITIONER',
  PATIENT = 'PATIENT',
}

/** The practitioner or the patient is already booked then. Nothing was changed. */
export class SchedulingConflict extends DomainError {
  readonly code = ErrorCode.SCHEDULING_CONFLICT;
  constructor(override readonly details: { conflictsWith: Busy[]; appointmentIds: string[] }) {
    super(`Already booked at that time: ${details.conflictsWith.join(' and ').toLowerCase()}.`);
  }
}
