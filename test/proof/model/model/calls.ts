import type { Name, Role } from './world.ts';

/** Instants as the contract has them: ISO 8601 in UTC. */
type Instant = string;

interface Keyed {
  readonly idempotencyKey?: string;
}

interface InOrganization {
  readonly organizationId?: Name;
}

/**
 * The inputs of the contract's mutations, and of the reads that the model answers, with names in the place of ids. Null in
 * place of what may be left out is taken out before a rule sees it: nulls.ts.
 */
export interface Inputs {
  readonly login: { readonly email: string; readonly password: string };
  readonly refreshToken: { readonly refreshToken: Name };
  readonly logout: { readonly refreshToken: Name };
  readonly createOrganization: {
    readonly name: string;
    readonly timeZone: string;
    readonly adminEmail: string;
    readonly adminPassword: string;
  };
  readonly createUser: InOrganization & {
    readonly email: string;
    readonly password: string;
    readonly role: Role;
    readonly practitionerId?: Name;
    readonly patientId?: Name;
  };
  readonly updateUser: {
    readonly id: Name;
    readonly role?: Role;
    readonly active?: boolean;
    readonly password?: string;
  };
  readonly createPatient: InOrganization & {
    readonly firstName: string;
    readonly lastName: string;
    readonly dateOfBirth: string;
    readonly medicalRecordNumber: string;
  };
  readonly updatePatient: { readonly id: Name; readonly firstName?: string; readonly phoneNumber?: string };
  readonly createPractitioner: InOrganization & {
    readonly firstName: string;
    readonly lastName: string;
    readonly licenseNumber: string;
    readonly specialization: string;
  };
  readonly updatePractitioner: { readonly id: Name; readonly lastName?: string };
  readonly createServiceCode: InOrganization & {
    readonly code: string;
    readonly description: string;
    readonly timed: boolean;
    readonly unitMinutes: number;
    readonly roundUpAtMinutes: number;
    readonly zeroBelowMinutes: number;
  };
  readonly updateServiceCode: {
    readonly id: Name;
    readonly timed?: boolean;
    readonly unitMinutes?: number;
    readonly roundUpAtMinutes?: number;
    readonly zeroBelowMinutes?: number;
  };
  readonly createAuthorization: {
    readonly patientId: Name;
    readonly serviceCodes: readonly string[];
    readonly totalUnits: number;
    readonly startDate: string;
    readonly endDate: string;
  };
  readonly updateAuthorization: {
    readonly id: Name;
    readonly totalUnits?: number;
    readonly endDate?: string;
    readonly reason?: string;
    readonly expectedVersion?: number;
  };
  readonly cancelAuthorization: { readonly id: Name; readonly reason: string };
  readonly createAppointment: Keyed & {
    readonly patientId: Name;
    readonly practitionerId: Name;
    readonly authorizationId: Name;
    readonly serviceCode?: string;
    readonly startTime: Instant;
    readonly endTime: Instant;
    readonly notes?: string;
    readonly recurrenceRule?: string;
  };
  readonly updateAppointment: Keyed & {
    readonly id: Name;
    readonly practitionerId?: Name;
    readonly authorizationId?: Name;
    readonly serviceCode?: string;
    readonly startTime?: Instant;
    readonly endTime?: Instant;
    readonly location?: string | null;
    readonly notes?: string | null;
    readonly expectedVersion?: number;
  };
  readonly cancelAppointment: Keyed & {
    readonly id: Name;
    readonly reason?: string;
    readonly expectedVersion?: number;
  };
  readonly startAppointment: { readonly id: Name };
  readonly markNoShow: { readonly id: Name };
  readonly completeAppointment: Keyed & {
    readonly appointmentId: Name;
    readonly actualStartTime?: Instant;
    readonly actualEndTime?: Instant;
  };
  readonly grantEmergencyAccess: {
    readonly patientId: Name;
    readonly grantedToUserId: Name;
    readonly justification: string;
    readonly durationMinutes: number;
  };
  readonly revokeEmergencyAccess: { readonly id: Name; readonly reason: string };
  readonly me: Record<string, never>;
  readonly authorization: { readonly id: Name };
  readonly appointment: { readonly id: Name };
  readonly session: { readonly id: Name };
  readonly appointments: { readonly patientId: Name };
  readonly sessions: { readonly patientId: Name };
  readonly emergencyAccessGrants: { readonly active: boolean };
}

export type Operation = keyof Inputs;

/** Who asks: the sign-in whose access token comes along; null brings none. */
export type By = Name | null;

export interface CallOf<O extends Operation> {
  readonly by: By;
  readonly operation: O;
  readonly input: Inputs[O];
}

export type Call = { readonly [O in Operation]: CallOf<O> }[Operation];

export const MUTATIONS = [
  'login',
  'refreshToken',
  'logout',
  'createOrganization',
  'createUser',
  'updateUser',
  'createPatient',
  'updatePatient',
  'createPractitioner',
  'updatePractitioner',
  'createServiceCode',
  'updateServiceCode',
  'createAuthorization',
  'updateAuthorization',
  'cancelAuthorization',
  'createAppointment',
  'updateAppointment',
  'cancelAppointment',
  'startAppointment',
  'markNoShow',
  'completeAppointment',
  'grantEmergencyAccess',
  'revokeEmergencyAccess',
] as const satisfies readonly Operation[];

export const QUERIES = [
  'me',
  'authorization',
  'appointment',
  'session',
  'appointments',
  'sessions',
  'emergencyAccessGrants',
] as const satisfies readonly Operation[];
