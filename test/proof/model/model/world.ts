import type { Rule } from './units.ts';

/** Everything has a name that says what it is to a reader of a script, such as `@V3`: the third visit. */
export type Name = `@${string}`;

export interface Named {
  readonly name: Name;
}

/** Of an organization: what other organizations must never reach. */
export interface Owned extends Named {
  readonly organization: Name;
}

export type Role = 'ADMIN' | 'PRACTITIONER' | 'PATIENT';
export type AppointmentStatus = 'SCHEDULED' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELLED' | 'NO_SHOW';
export type LedgerKind = 'GRANT' | 'RESERVE' | 'RELEASE' | 'CONSUME' | 'ADJUST';

export interface Organization extends Named {
  readonly timeZone: string;
}

export interface User extends Owned {
  readonly email: string;
  readonly password: string;
  readonly role: Role;
  readonly isSuperAdmin: boolean;
  readonly active: boolean;
  readonly practitioner: Name | null;
  readonly patient: Name | null;
}

/** A login and all that descends from it. A change of role ends its refresh tokens and leaves its access tokens. */
export interface SignIn extends Named {
  readonly user: Name;
  readonly ended: 'NO' | 'ROLE_CHANGED' | 'OVER';
}

export interface RefreshToken extends Named {
  readonly signIn: Name;
  readonly spent: boolean;
}

export interface Patient extends Owned {
  readonly firstName: string;
  readonly medicalRecordNumber: string;
  readonly phoneNumber: string | null;
}

export interface Practitioner extends Owned {
  readonly lastName: string;
}

export interface ServiceCode extends Owned {
  readonly code: string;
  readonly rule: Rule;
}

export interface Move {
  readonly kind: LedgerKind;
  readonly units: number;
}

export interface Authorization extends Owned {
  readonly patient: Name;
  readonly codes: readonly Name[];
  readonly total: number;
  readonly used: number;
  readonly reserved: number;
  readonly startDate: string;
  readonly endDate: string;
  readonly cancelled: boolean;
  readonly version: number;
  /** Oldest first; one group a call, since the order inside a call is nobody's business but the balances'. */
  readonly ledger: readonly (readonly Move[])[];
}

export interface Appointment extends Owned {
  readonly patient: Name;
  readonly practitioner: Name;
  readonly authorization: Name;
  readonly code: Name;
  /** Instants in milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly status: AppointmentStatus;
  /** Units that it holds now. */
  readonly held: number;
  readonly location: string | null;
  readonly notes: string | null;
  readonly startedAt: number | null;
  readonly cancelledAt: number | null;
  readonly cancellationReason: string | null;
  readonly version: number;
}

export interface Session extends Owned {
  readonly appointment: Name;
  readonly patient: Name;
  readonly start: number;
  readonly end: number;
  readonly used: number;
  readonly unauthorized: number;
}

export interface Grant extends Owned {
  readonly patient: Name;
  readonly to: Name;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
}

/** An idempotency key that has served. */
export interface Key extends Owned {
  readonly operation: string;
  readonly user: Name;
  readonly key: string;
  readonly input: string;
  readonly made: Name;
  readonly at: number;
}

interface Tables {
  readonly organizations: Organization;
  readonly users: User;
  readonly signIns: SignIn;
  readonly refreshTokens: RefreshToken;
  readonly patients: Patient;
  readonly practitioners: Practitioner;
  readonly serviceCodes: ServiceCode;
  readonly authorizations: Authorization;
  readonly appointments: Appointment;
  readonly sessions: Session;
  readonly grants: Grant;
  readonly keys: Key;
}

export type Table = keyof Tables;
export type Row<T extends Table> = Tables[T];

/** Everything that is true at one instant. Never changed: a call makes another one. */
export type World = { readonly [T in Table]: Readonly<Record<Name, Tables[T]>> } & {
  readonly now: number;
  /** Failed logins since the last good one, by email. */
  readonly failedLogins: Readonly<Record<string, number>>;
};

export function rows<T extends Table>(world: World, table: T): readonly Row<T>[] {
  return Object.values(world[table] as Readonly<Record<Name, Row<T>>>);
}

/** The row of a name that came from outside: it may be of another kind of object, or of nobody. */
export function find<T extends Table>(world: World, table: T, name: Name | null | undefined): Row<T> | undefined {
  return name == null ? undefined : (world[table] as Readonly<Record<Name, Row<T> | undefined>>)[name];
}

/** The row of a name that the model itself wrote down. */
export function get<T extends Table>(world: World, table: T, name: Name): Row<T> {
  const row = find(world, table, name);
  if (!row) throw new Error(`The model has no ${name} among its ${table}.`);
  return row;
}

export function put<T extends Table>(world: World, table: T, row: Row<T>): World {
  return { ...world, [table]: { ...world[table], [row.name]: row } };
}

/** Changes every row that the condition fits. */
export function putAll<T extends Table>(
  world: World,
  table: T,
  condition: (row: Row<T>) => boolean,
  changes: Partial<Row<T>>,
): World {
  return rows(world, table)
    .filter(condition)
    .reduce((changed, row) => put(changed, table, { ...row, ...changes }), world);
}

/** The next free name: `@V1`, `@V2` ... */
export function nextName(world: World, table: Table, letter: string): Name {
  return `@${letter}${rows(world, table).length + 1}`;
}

export function timeZoneOf(world: World, organization: Name): string {
  return get(world, 'organizations', organization).timeZone;
}
