import { Appointment } from '../care/appointments/appointment.entity.ts';
import { AuthorizationServiceCode } from '../care/authorizations/authorization-service-code.entity.ts';
import { Authorization } from '../care/authorizations/authorization.entity.ts';
import { AuditEvent } from '../oversight/audit-trail/audit-event.entity.ts';
import { RefreshToken } from '../people/auth/refresh-token.entity.ts';
import { LedgerEntry } from '../care/authorizations/ledger-entry.entity.ts';
import { EmergencyAccessGrant } from '../people/emergency-access/emergency-access-grant.entity.ts';
import { Organization } from '../people/organizations/organization.entity.ts';
import { Patient } from '../people/patients/patient.entity.ts';
import { Practitioner } from '../people/practitioners/practitioner.entity.ts';
import { SecondFactor } from '../people/second-factor/second-factor.entity.ts';
import { ServiceCode } from '../care/service-codes/service-code.entity.ts';
import { Session } from '../care/sessions/session.entity.ts';
import { SignIn } from '../people/users/sign-in.entity.ts';
import { User } from '../people/users/user.entity.ts';

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
