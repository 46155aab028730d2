import { appointmentView, conflicts, instant, notAllowed, stale } from './appointments.ts';
import { coversDate, notUsable } from './authorizations.ts';
import type { CallOf } from './calls.ts';
import { once, reusedIn } from './keys.ts';
import { after, availableOf, resized } from './ledger.ts';
import { localDate } from './local-time.ts';
import { asking, reached, reaching, STAFF, within } from './rights.ts';
import { minutesBetween, unitsOf } from './units.ts';
import {
  BAD,
  decided,
  firstOf,
  notFound,
  refusal,
  when,
  type Accepted,
  type Refusal,
  type Verdict,
} from './verdict.ts';
import { crossesMidnight, wrongLength } from './visit-window.ts';
import {
  find,
  get,
  nextName,
  put,
  timeZoneOf,
  type Appointment,
  type Authorization,
  type Name,
  type ServiceCode,
  type World,
} from './world.ts';

const RULES = /^FREQ=(DAILY|WEEKLY);COUNT=\d+$/;

export function createAppointment(world: World, call: CallOf<'createAppointment'>): Verdict {
  const { by, input } = call;
  const [start, end] = [Date.parse(input.startTime), Date.parse(input.endTime)];
  return asking(world, by, STAFF, (caller) => {
    const wrong = [
      ...wrongLength(start, end),
      ...when(input.recurrenceRule !== undefined && !RULES.test(input.recurrenceRule), BAD),
    ];
    if (wrong.length) return { refused: wrong };
    const patient = reached(world, caller, 'patients', input.patientId);
    if (!patient) {
      const reused = reusedIn(world, { ...call, organization: caller.organization });
      return { refused: [notFound(input.patientId), ...reused] };
    }
    const { organization } = patient;
    const wanted: Appointment = {
      name: nextName(world, 'appointments', 'V'),
      organization,
      patient: patient.name,
      practitioner: input.practitionerId,
      authorization: input.authorizationId,
      code: '@none',
      start,
      end,
      status: 'SCHEDULED',
      held: 0,
      location: null,
      notes: input.notes ?? null,
      startedAt: null,
      cancelledAt: null,
      cancellationReason: null,
      version: 1,
    };
    return once(
      world,
      { ...call, organization },
      wanted.name,
      () => placed(world, wanted, input.serviceCode),
      (made) => seen(world, made),
    );
  });
}

export function updateAppointment(world: World, call: CallOf<'updateAppointment'>): Verdict {
  const { by, input } = call;
  return asking(world, by, STAFF, (caller) =>
    reaching(
      world,
      caller,
      'appointments',
      input.id,
      (appointment) =>
        once(
          world,
          { ...call, organization: appointment.organization },
          appointment.name,
          () => changed(world, appointment, call),
          (made) => seen(world, made),
        ),
      reusedIn(world, { ...call, organization: caller.organization }),
    ),
  );
}

function seen(world: World, name: Name): Accepted {
  return { data: appointmentView(get(world, 'appointments', name)), world, again: true };
}

function changed(world: World, before: Appointment, { input }: CallOf<'updateAppointment'>): Verdict {
  const wanted: Appointment = {
    ...before,
    practitioner: input.practitionerId ?? before.practitioner,
    authorization: input.authorizationId ?? before.authorization,
    start: instant(input.startTime) ?? before.start,
    end: instant(input.endTime) ?? before.end,
    location: input.location === undefined ? before.location : input.location,
    notes: input.notes === undefined ? before.notes : input.notes,
  };
  const moves = FIELDS_THAT_MOVE.some((field) => wanted[field] !== before[field]) || input.serviceCode !== undefined;
  // what is wrong with the new times can be told before or after what is wrong with the old visit
  const length = moves ? wrongLength(wanted.start, wanted.end) : [];
  const refused = firstOf(
    () => {
      const first = [
        ...stale(before.version, input.expectedVersion),
        ...notAllowed(before.status, 'SCHEDULED', before.status === 'SCHEDULED'),
      ];
      return first.length ? [...first, ...length] : [];
    },
    () => length,
  );
  if (refused.length) return { refused };
  if (moves) return placed(world, wanted, input.serviceCode, before);
  const same = wanted.location === before.location && wanted.notes === before.notes;
  return saved(world, same ? before : { ...wanted, version: before.version + 1 });
}

const FIELDS_THAT_MOVE = ['practitioner', 'authorization', 'start', 'end'] as const;

/**
 * Puts a visit where it is wanted. Looked at first is what it is to be of, then who is busy, then the units
 * (docs/architecture.md, "How a booking walks through the house").
 *
 * A visit that keeps its length, code and authorization keeps what it holds: a service code's new settings count for
 * bookings and completions from then on, and this is neither.
 */
function placed(world: World, wanted: Appointment, given: string | undefined, before?: Appointment): Verdict {
  const { organization } = wanted;
  const practitioner = within(world, organization, 'practitioners', wanted.practitioner);
  const authorization = within(world, organization, 'authorizations', wanted.authorization);
  const code = authorization && codeOf(world, authorization, given ?? (before && codeNamed(world, before.code)));
  const minutes = minutesBetween(wanted.start, wanted.end);
  const keeps =
    before !== undefined &&
    minutes === minutesBetween(before.start, before.end) &&
    code?.name === before.code &&
    authorization?.name === before.authorization;
  const units = keeps ? before.held : code ? unitsOf(minutes, code.rule) : 0;
  const held = before && before.authorization === wanted.authorization ? before.held : 0;
  const refused = firstOf(
    () => [
      ...when(!practitioner, notFound(wanted.practitioner)),
      ...crossesMidnight(wanted.start, wanted.end, timeZoneOf(world, organization)),
      ...(authorization ? unfit(world, authorization, wanted) : [notFound(wanted.authorization)]),
      ...when(authorization !== undefined && !code, BAD),
      ...when(code !== undefined && units < 1, BAD),
    ],
    () => conflicts(world, wanted),
    () => lacking(authorization!, units - held),
  );
  return decided(refused, () => {
    const visit: Appointment = { ...wanted, code: code!.name, held: units };
    if (before && unchanged(before, visit)) return saved(world, before);
    const version = before ? before.version + 1 : 1;
    return saved(withHolds(world, visit, before), { ...visit, version });
  });
}

function unfit(world: World, authorization: Authorization, wanted: Appointment): readonly Refusal[] {
  const { name, organization } = authorization;
  const date = localDate(wanted.start, timeZoneOf(world, organization));
  return [
    ...when(
      authorization.patient !== wanted.patient,
      refusal('AUTHORIZATION_PATIENT_MISMATCH', { authorizationId: name, patientId: wanted.patient }),
    ),
    ...when(!coversDate(authorization, date), notUsable(world, authorization)),
  ];
}

function lacking(authorization: Authorization, requestedUnits: number): readonly Refusal[] {
  const availableUnits = availableOf(authorization);
  const details = { authorizationId: authorization.name, requestedUnits, availableUnits };
  return when(requestedUnits > availableUnits, refusal('INSUFFICIENT_UNITS', details));
}

/** One of the authorization's codes; left out, the only one that it has. */
function codeOf(world: World, { codes }: Authorization, given: string | undefined): ServiceCode | undefined {
  const covered = codes.map((name) => get(world, 'serviceCodes', name));
  if (given !== undefined) return covered.find(({ code }) => code === given);
  return covered.length === 1 ? covered[0] : undefined;
}

function codeNamed(world: World, name: Name): string | undefined {
  return find(world, 'serviceCodes', name)?.code;
}

function unchanged(before: Appointment, visit: Appointment): boolean {
  return JSON.stringify(before) === JSON.stringify(visit);
}

/** The units follow the visit: one delta on its authorization, or all from one authorization to the other. */
function withHolds(world: World, visit: Appointment, before?: Appointment): World {
  const moveOn = (changing: World, name: Name, from: number, to: number): World =>
    put(changing, 'authorizations', after(get(changing, 'authorizations', name), resized(from, to)));
  if (!before || before.authorization === visit.authorization)
    return moveOn(world, visit.authorization, before?.held ?? 0, visit.held);
  return moveOn(moveOn(world, before.authorization, before.held, 0), visit.authorization, 0, visit.held);
}

function saved(world: World, appointment: Appointment): Accepted {
  return { data: appointmentView(appointment), world: put(world, 'appointments', appointment) };
}
