import { appointmentView, instant, notAllowed, stale } from './appointments.ts';
import { coversDate } from './authorizations.ts';
import type { CallOf } from './calls.ts';
import { once, reusedIn } from './keys.ts';
import { after, delivered } from './ledger.ts';
import { localDate } from './local-time.ts';
import { asking, practitionerOf, reaching, STAFF } from './rights.ts';
import { sessionView } from './sessions.ts';
import { minutesBetween, unitsOf } from './units.ts';
import { BAD, decided, firstOf, FORBIDDEN, when, type Accepted, type Verdict } from './verdict.ts';
import { wrongActualLength } from './visit-window.ts';
import { get, nextName, put, timeZoneOf, type Appointment, type Session, type World } from './world.ts';

const MINUTE = 60_000;

export function cancelAppointment(world: World, call: CallOf<'cancelAppointment'>): Verdict {
  const { by, input } = call;
  return asking(world, by, STAFF, (caller) =>
    reaching(
      world,
      caller,
      'appointments',
      input.id,
      (appointment) => {
        const { name, organization, status, version } = appointment;
        const refused = [
          ...stale(version, input.expectedVersion),
          ...notAllowed(status, 'CANCELLED', status === 'SCHEDULED'),
        ];
        const cancelled = { cancelledAt: world.now, cancellationReason: input.reason ?? null };
        return once(
          world,
          { ...call, organization },
          name,
          () => decided(refused, () => ended(world, { ...appointment, ...cancelled, status: 'CANCELLED' })),
          (made) => ({ data: appointmentView(get(world, 'appointments', made)), world, again: true }),
        );
      },
      reusedIn(world, { ...call, organization: caller.organization }),
    ),
  );
}

/** Only after its start time; an allowed step too early is told last. */
export function markNoShow(world: World, { by, input }: CallOf<'markNoShow'>): Verdict {
  return asking(world, by, STAFF, (caller) =>
    reaching(world, caller, 'appointments', input.id, (appointment) => {
      const refused = firstOf(
        () => notAllowed(appointment.status, 'NO_SHOW', appointment.status === 'SCHEDULED'),
        () => when(world.now <= appointment.start, BAD),
      );
      return decided(refused, () => ended(world, { ...appointment, status: 'NO_SHOW' }));
    }),
  );
}

/** At the earliest 60 minutes before its start time. */
export function startAppointment(world: World, { by, input }: CallOf<'startAppointment'>): Verdict {
  return asking(world, by, STAFF, (caller) =>
    reaching(world, caller, 'appointments', input.id, (appointment) => {
      const refused = firstOf(
        () => notAllowed(appointment.status, 'IN_PROGRESS', appointment.status === 'SCHEDULED'),
        () => when(world.now < appointment.start - 60 * MINUTE, BAD),
      );
      return decided(refused, () => saved(world, { ...appointment, status: 'IN_PROGRESS', startedAt: world.now }));
    }),
  );
}

/** Gives back all that it still holds. */
function ended(world: World, appointment: Appointment): Accepted {
  const authorization = get(world, 'authorizations', appointment.authorization);
  const released = after(authorization, [{ kind: 'RELEASE', units: appointment.held }]);
  return saved(put(world, 'authorizations', released), { ...appointment, held: 0 });
}

function saved(world: World, appointment: Appointment): Accepted {
  const counted = { ...appointment, version: appointment.version + 1 };
  return { data: appointmentView(counted), world: put(world, 'appointments', counted) };
}

export function completeAppointment(world: World, call: CallOf<'completeAppointment'>): Verdict {
  const { by, input } = call;
  return asking(world, by, STAFF, (caller) =>
    reaching(
      world,
      caller,
      'appointments',
      input.appointmentId,
      (appointment) => {
        const { organization } = appointment;
        const own = practitionerOf(caller);
        if (!caller.isSuperAdmin && caller.role === 'PRACTITIONER' && own !== appointment.practitioner)
          // a key that has served may be looked at first
          return { refused: [FORBIDDEN, ...reusedIn(world, { ...call, organization })] };
        return once(
          world,
          { ...call, organization },
          nextName(world, 'sessions', 'S'),
          () => completed(world, appointment, call),
          (made) => ({ data: sessionView(get(world, 'sessions', made)), world, again: true }),
        );
      },
      reusedIn(world, { ...call, organization: caller.organization }),
    ),
  );
}

function completed(world: World, appointment: Appointment, { input }: CallOf<'completeAppointment'>): Verdict {
  const start = instant(input.actualStartTime) ?? appointment.start;
  const end = instant(input.actualEndTime) ?? appointment.end;
  const { status } = appointment;
  const wrong = wrongActualLength(start, end);
  const refused = firstOf(
    () => {
      const first = notAllowed(status, 'COMPLETED', status === 'SCHEDULED' || status === 'IN_PROGRESS');
      return first.length ? [...first, ...wrong] : [];
    },
    () => [...wrong, ...when(end > world.now + 5 * MINUTE, BAD)],
  );
  return decided(refused, () => {
    const authorization = get(world, 'authorizations', appointment.authorization);
    const { rule } = get(world, 'serviceCodes', appointment.code);
    const date = localDate(start, timeZoneOf(world, appointment.organization));
    const needed = unitsOf(minutesBetween(start, end), rule);
    const { moves, used, unauthorized } = delivered(
      authorization,
      appointment.held,
      needed,
      coversDate(authorization, date),
    );
    const session: Session = {
      name: nextName(world, 'sessions', 'S'),
      organization: appointment.organization,
      appointment: appointment.name,
      patient: appointment.patient,
      start,
      end,
      used,
      unauthorized,
    };
    const consumed = put(world, 'authorizations', after(authorization, moves));
    const over = saved(consumed, { ...appointment, status: 'COMPLETED', held: 0 });
    return { data: sessionView(session), world: put(over.world, 'sessions', session) };
  });
}
