import { minutesBetween } from './units.ts';
import { anyOrder, refusal, when, type Refusal } from './verdict.ts';
import { rows, type Appointment, type World } from './world.ts';

export function isLive({ status }: Appointment): boolean {
  return status === 'SCHEDULED' || status === 'IN_PROGRESS';
}

export function appointmentView(appointment: Appointment): object {
  const { name, start, end, status, held, location, notes, startedAt, cancelledAt, cancellationReason, version } =
    appointment;
  return {
    id: name,
    startTime: iso(start),
    endTime: iso(end),
    durationMinutes: minutesBetween(start, end),
    status,
    unitsReserved: held,
    location,
    notes,
    startedAt: startedAt === null ? null : iso(startedAt),
    cancelledAt: cancelledAt === null ? null : iso(cancelledAt),
    cancellationReason,
    version,
  };
}

export function iso(instant: number): string {
  return new Date(instant).toISOString();
}

/** A practitioner, and a patient, has one live appointment at a time; 9-10 and 10-11 do not touch. */
export function conflicts(world: World, wanted: Appointment): readonly Refusal[] {
  const inTheWay = rows(world, 'appointments').filter(
    (other) => isLive(other) && other.name !== wanted.name && other.start < wanted.end && wanted.start < other.end,
  );
  const practitioner = inTheWay.filter((other) => other.practitioner === wanted.practitioner);
  const patient = inTheWay.filter((other) => other.patient === wanted.patient);
  const ids = [...new Set([...practitioner, ...patient].map(({ name }) => name))];
  const who = [...(practitioner.length ? ['PRACTITIONER'] : []), ...(patient.length ? ['PATIENT'] : [])];
  return when(
    ids.length > 0,
    refusal('SCHEDULING_CONFLICT', { conflictsWith: anyOrder(who), appointmentIds: anyOrder(ids) }),
  );
}

/** STALE_VERSION and INVALID_STATUS_TRANSITION: the rules do not say which is looked at first. */
export function stale(current: number, expected: number | undefined): readonly Refusal[] {
  return when(expected !== undefined && expected !== current, refusal('STALE_VERSION', { currentVersion: current }));
}

export function notAllowed(
  from: Appointment['status'],
  to: Appointment['status'],
  allowed: boolean,
): readonly Refusal[] {
  return when(!allowed, refusal('INVALID_STATUS_TRANSITION', { from, to }));
}

/** The instant of a time in an input, where there is one. */
export function instant(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}
