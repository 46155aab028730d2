import fc, { type Arbitrary } from 'fast-check';
import { PASSWORD } from '../../support/world.ts';
import type { Kind, Place } from './rig.ts';
import type { LeafKind } from './hostile.ts';
import { Late } from './values.ts';

/** A place for a value: an argument, a field of an input, a parameter or a property of a body. */
export interface Leaf {
  readonly name: string;
  readonly kind: LeafKind;
  /** Of an enum. */
  readonly names?: readonly string[];
  /** The query, mutation or endpoint, such as `createUser`. */
  readonly call: string;
  /** The input type that it is a field of, such as `CreateUserInput`; the call where it is an argument. */
  readonly owner: string;
  /** What the call is about, such as `Appointment`: its `id` is one of these. */
  readonly about: string;
}

const HOUR_MS = 3_600_000;
const DAYS = 4_000;

const late = (of: (place: Place) => unknown): Arbitrary<unknown> => fc.constant(new Late(of));
const always = (...values: unknown[]): Arbitrary<unknown> => fc.constantFrom(...values);

/** Mostly the first of its kind, which fit each other; else any. */
const id = (kind: Kind): Arbitrary<unknown> =>
  fc.oneof(
    { weight: 4, arbitrary: late(({ own }) => own.id(kind, 0)) },
    { weight: 1, arbitrary: fc.nat(50).map((pick) => new Late(({ own }) => own.id(kind, pick))) },
  );
/** One of the newest: a call that succeeds may use it up. */
const freshId = (kind: Kind): Arbitrary<unknown> => late(({ own, serial }) => own.freshId(kind, serial));

/** An hour that is nobody's yet, on one local date of either practice. */
function slot({ serial }: Place, hours: number): string {
  const day = Date.UTC(2027, 0, 1, 12 + (Math.floor(serial / DAYS) % 4)) + (serial % DAYS) * 24 * HOUR_MS;
  return new Date(day + hours * HOUR_MS).toISOString();
}

const text = late(({ words, serial }) => `${words} ${serial}`);
const email = late(({ words, serial }) => `new-${serial}-${words.replaceAll(' ', '-')}@fuzz.example`);

const BY_NAME: Readonly<Record<string, Arbitrary<unknown>>> = {
  patientId: id('Patient'),
  practitionerId: id('Practitioner'),
  authorizationId: id('Authorization'),
  appointmentId: freshId('Appointment'),
  organizationId: late(({ own }) => own.organizationId),
  userId: id('User'),
  grantedToUserId: id('User'),
  actorId: id('User'),
  resourceId: id('Appointment'),
  email,
  adminEmail: email,
  password: always(PASSWORD),
  adminPassword: always(PASSWORD),
  refreshToken: late(({ own }) => own.takeRefreshToken()),
  justification: late(({ words }) => `${words}: a reason that is long enough to be one`),
  durationMinutes: always(30, 60, 120, 240, 480),
  timeZone: always('America/New_York', 'Asia/Kathmandu', 'UTC', 'Antarctica/Troll', 'Pacific/Apia'),
  recurrenceRule: always('FREQ=WEEKLY;COUNT=4', 'FREQ=DAILY;UNTIL=20271231T000000Z'),
  voiceRecordingUrl: always('https://recordings.example/1'),
  metrics: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.nat(), { maxKeys: 3 }),
  serviceCode: always('97153'),
  serviceCodes: always(['97153']),
  search: late(({ own, foreign, serial }) => (serial % 2 ? own : foreign).marker.slice(0, 5)),
  first: fc.integer({ min: 1, max: 20 }),
  limit: fc.integer({ min: 1, max: 20 }),
  page: always(1, 1, 2),
  totalUnits: fc.integer({ min: 100_000, max: 1_000_000 }),
  expectedVersion: always(1, 2),
  unitMinutes: always(15, 30),
  roundUpAtMinutes: always(8, 15),
  zeroBelowMinutes: always(1, 8),
  startTime: late((place) => slot(place, 0)),
  endTime: late((place) => slot(place, 1)),
  from: always('2020-01-01T00:00:00Z'),
  to: always('2040-01-01T00:00:00Z'),
  startDate: always('2020-01-01'),
  endDate: always('2040-12-31'),
  dateOfBirth: always('2015-05-05', '1950-12-31'),
  on: always('2030-01-01'),
  medicalRecordNumber: text,
  idempotencyKey: late(({ words, serial }) => `${words} ${serial % 7 ? serial : 'again'}`),
};

/** Where a name means something else. */
const BY_OWNER: Readonly<Record<string, Arbitrary<unknown>>> = {
  'LoginInput.email': late(({ own, serial }) => own.emailOfVictim(serial)),
  'confirmLoginEnrolment.email': late(({ own }) => own.enrollingAtLogin.email),
  'confirmLoginEnrolment.totpCode': late(({ own }) => own.enrollingAtLogin.code()),
  'confirmTotpEnrolment.code': late(({ own }) => own.enrolling.code()),
  'disableTotp.code': late(({ own }) => own.enrolled.code()),
  'CreateServiceCodeInput.code': late(({ serial }) => `F-${serial}`),
  'cancelAuthorization.id': freshId('Authorization'),
  'updateOrganizationSecurity.staffSecondFactorRequired': always(false),
};

const OF_KIND: Readonly<Record<LeafKind, Arbitrary<unknown>>> = {
  ID: id('Patient'),
  String: text,
  Int: fc.integer({ min: 1, max: 60 }),
  Boolean: fc.boolean(),
  DateTime: late((place) => slot(place, 0)),
  Date: always('2030-01-01'),
  JSONObject: fc.constant({}),
  ENUM: fc.constant(null),
};

/** These are left out of what is meant well: they serve special cases, or fit only what the caller cannot know. */
const SELDOM = new Set(['after', 'totpCode', 'actualStartTime', 'actualEndTime', 'active', 'resourceId', 'actorId']);
/** A super admin has to say in which organization, and everybody else may. */
const ALWAYS = new Set(['organizationId', 'reason']);

/** What the call would mean; of a field that no table knows, something of its type. */
export function happyFor(leaf: Leaf): Arbitrary<unknown> {
  const { name, kind, call, owner, about, names } = leaf;
  const special = BY_OWNER[`${call}.${name}`] ?? BY_OWNER[`${owner}.${name}`];
  if (special) return special;
  if (name === 'id') return isKind(about) ? freshId(about) : OF_KIND.ID;
  const known = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  if (known) return known;
  return kind === 'ENUM' && names?.length ? fc.constantFrom(...names) : OF_KIND[kind];
}

/** How often, of ten, an optional one is sent. */
export function frequencyOf({ name, call, owner }: Leaf): number {
  if (ALWAYS.has(name) || `${call}.${name}` in BY_OWNER) return 9;
  if (SELDOM.has(name)) return 1;
  return owner === 'CreateUserInput' || owner.endsWith('Filter') ? 2 : 5;
}

const KINDS: readonly string[] = [
  'Organization',
  'User',
  'Patient',
  'Practitioner',
  'ServiceCode',
  'Authorization',
  'Appointment',
  'Session',
  'EmergencyAccessGrant',
] satisfies Kind[];

function isKind(name: string): name is Kind {
  return KINDS.includes(name);
}
