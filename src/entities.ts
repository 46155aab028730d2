import { Appointment } from './appointments/appointment.entity.ts';
import { AuthorizationServiceCode } from './authorizations/authorization-service-code.entity.ts';
import { Authorization } from './authorizations/authorization.entity.ts';
import { AuditEvent } from './audit-trail/audit-event.entity.ts';
import { RefreshToken } from './auth/refresh-token.entity.ts';
import { LedgerEntry } from './authorizations/ledger-entry.entity.ts';
import { EmergencyAccessGrant } from './emergency-access/emergency-access-grant.entity.ts';
import { Organization } from './organizations/organization.entity.ts';
import { Patient } from './patients/patient.entity.ts';
import { Practitioner } from './practitioners/practitioner.entity.ts';
import { SecondFactor } from './second-factor/second-factor.entity.ts';
import { ServiceCode } from './service-codes/service-code.entity.ts';
import { Session } from './sessions/session.entity.ts';
import { SignIn } from './users/sign-in.entity.ts';
import { User } from './users/user.entity.ts';

/** Every table that is mapped; idempotency keys are SQL alone, and audit events are written as SQL. */
export const entities = [
  Organization,
  Patient,
  Practitioner,
  ServiceCode,
  User,
  EmergencyAccessGrant,
  SignIn,
  RefreshToken,
  SecondFactor,
  Authorization,
  AuthorizationServiceCode,
  LedgerEntry,
  Appointment,
  Session,
  AuditEvent,
];
