import { BadUserInput, InvalidStatusTransition } from '../../foundation/errors/domain-error.ts';
import { MINUTE } from '../../foundation/time/time-window.ts';

export enum AppointmentStatus {
  SCHEDULED = 'SCHEDULED',
  IN_PROGRESS = 'IN_PROGRESS',
  COMPLETED = 'COMPLETED',
  CANCELLED = 'CANCELLED',
  NO_SHOW = 'NO_SHOW',
}

/** Appointments that hold units and keep their people busy. */
export const LIVE: readonly AppointmentStatus[] = [AppointmentStatus.SCHEDULED, AppointmentStatus.IN_PROGRESS];

const NEXT: Readonly<Record<AppointmentStatus, readonly AppointmentStatus[]>> = {
  [AppointmentStatus.SCHEDULED]: [
    AppointmentStatus.SCHEDULED, // its details may change
    AppointmentStatus.IN_PROGRESS,
    AppointmentStatus.COMPLETED,
    AppointmentStatus.CANCELLED,
    AppointmentStatus.NO_SHOW,
  ],
  [AppointmentStatus.IN_PROGRESS]: [AppointmentStatus.COMPLETED],
  [AppointmentStatus.COMPLETED]: [],
  [AppointmentStatus.CANCELLED]: [],
  [AppointmentStatus.NO_SHOW]: [],
};

const EARLIEST_START_MINUTES = 60;
const CLOCK_TOLERANCE_MINUTES = 5;

/** @throws InvalidStatusTransition the status does not allow this step */
export function requireTransition(from: AppointmentStatus, to: AppointmentStatus): void {
  if (!NEXT[from].includes(to)) throw new InvalidStatusTransition({ from, to });
}

/** @throws BadUserInput more than 60 minutes before the appointment's start time */
export function requireStartable(startTime: Date, now: Date): void {
  if (now.getTime() < startTime.getTime() - EARLIEST_START_MINUTES * MINUTE)
    throw new BadUserInput({
      id: `an appointment starts at the earliest ${EARLIEST_START_MINUTES} minutes before its time`,
    });
}

/** @throws BadUserInput the appointment's start time has not passed */
export function requireMissed(startTime: Date, now: Date): void {
  if (now <= startTime) throw new BadUserInput({ id: 'nobody has missed it yet: its start time has not passed' });
}

/**
 * @param field what the end is known by: the field in which it was sent, or the appointment's id
 * @throws BadUserInput the visit is not over; five minutes of a wrong clock are forgiven
 */
export function requireOver(end: Date, now: Date, field: string): void {
  if (end.getTime() > now.getTime() + CLOCK_TOLERANCE_MINUTES * MINUTE)
    throw new BadUserInput({ [field]: 'a visit is completed when it is over' });
}
