import type { By, Call, CallOf, Operation } from '../model/calls.ts';
import { wallClock } from '../model/local-time.ts';
import { NORTH } from '../model/start.ts';
import { minutesBetween } from '../model/units.ts';
import { find, type World } from '../model/world.ts';

/** A call in one line, as a person would tell it. */
export function sentence(world: World, call: Call): string {
  const phrase = PHRASES[call.operation] as ((world: World, call: Call) => string) | undefined;
  return `${who(world, call.by)} ${phrase ? phrase(world, call) : plainly(call)}`;
}

type Phrases = { readonly [O in Operation]?: (world: World, call: CallOf<O>) => string };

const PHRASES: Phrases = {
  createAppointment: (world, { input }) => {
    const { patientId, practitionerId, authorizationId, startTime, endTime, ...more } = input;
    const minutes = minutesBetween(Date.parse(startTime), Date.parse(endTime));
    const people = `${title(patientId)} with ${title(practitionerId)} on ${title(authorizationId)}`;
    return `books ${minutes} min for ${people} at ${told(Date.parse(startTime), world)}${rest(more)}`;
  },
  updateAppointment: (_, { input: { id, ...more } }) => `changes ${title(id)}${rest(more)}`,
  cancelAppointment: (_, { input: { id, ...more } }) => `cancels ${title(id)}${rest(more)}`,
  startAppointment: (_, { input }) => `starts ${title(input.id)}`,
  markNoShow: (_, { input }) => `marks ${title(input.id)} as a no-show`,
  completeAppointment: (_, { input: { appointmentId, ...more } }) => `completes ${title(appointmentId)}${rest(more)}`,
  createAuthorization: (_, { input }) =>
    `approves ${input.totalUnits} units of ${input.serviceCodes.join('+')} for ${title(input.patientId)}, ${input.startDate} to ${input.endDate}`,
  updateAuthorization: (_, { input: { id, ...more } }) => `changes authorization ${title(id)}${rest(more)}`,
  cancelAuthorization: (_, { input }) => `cancels authorization ${title(input.id)}`,
};

function plainly({ operation, input }: Call): string {
  return `calls ${operation}${rest(input)}`;
}

function who(world: World, by: By): string {
  if (by === null) return 'nobody';
  const signIn = find(world, 'signIns', by);
  const user = signIn && find(world, 'users', signIn.user);
  if (!user) return 'somebody with a broken token';
  const role = user.isSuperAdmin ? 'super admin' : `${user.role} of ${title(user.organization)}`;
  return `${title(user.name)} (${role})${by === `${user.name}.in` ? '' : ` signed in as ${title(by)}`}`;
}

/** `key k1, expected version 2` and so on; nothing where there is nothing more. */
function rest(more: object): string {
  const parts = Object.entries(more).map(([field, value]) => `${WORDS[field] ?? field} ${valueOf(value)}`);
  return parts.length ? `, ${parts.join(', ')}` : '';
}

const WORDS: Readonly<Record<string, string>> = {
  idempotencyKey: 'key',
  expectedVersion: 'expected version',
  startTime: 'from',
  endTime: 'until',
  actualStartTime: 'actually from',
  actualEndTime: 'actually until',
  authorizationId: 'authorization',
  practitionerId: 'practitioner',
  patientId: 'patient',
  serviceCode: 'code',
  totalUnits: 'total',
  endDate: 'end',
};

function valueOf(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return value.startsWith('@') ? title(value) : value.replace(/:00\.000Z$/, 'Z').slice(0, 60);
}

function title(name: string): string {
  return name.slice(1);
}

/** `2026-11-01T05:30Z (2026-11-01 01:30 in North)` */
export function told(instant: number, world: World): string {
  const zone = find(world, 'organizations', NORTH)?.timeZone;
  const utc = new Date(instant).toISOString().replace(/:00\.000Z$/, 'Z');
  return zone === undefined ? utc : `${utc} (${wallClock(instant, zone)} in North)`;
}
