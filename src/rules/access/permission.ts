import { Role, type Actor } from '../../foundation/request-context/request-context.ts';

/** What a door may ask for. One row of domain.md's "Who may what" each. */
export enum Permission {
  CREATE_ORGANIZATION = 'CREATE_ORGANIZATION',
  LIST_ORGANIZATIONS = 'LIST_ORGANIZATIONS',
  MANAGE_PEOPLE = 'MANAGE_PEOPLE',
  READ_USER = 'READ_USER',
  READ_PATIENT = 'READ_PATIENT',
  READ_PRACTITIONER = 'READ_PRACTITIONER',
  READ_SERVICE_CODE = 'READ_SERVICE_CODE',
  MANAGE_SERVICE_CODES = 'MANAGE_SERVICE_CODES',
  READ_AUTHORIZATION = 'READ_AUTHORIZATION',
  MANAGE_AUTHORIZATIONS = 'MANAGE_AUTHORIZATIONS',
  READ_APPOINTMENT = 'READ_APPOINTMENT',
  BOOK_APPOINTMENT = 'BOOK_APPOINTMENT',
  COMPLETE_APPOINTMENT = 'COMPLETE_APPOINTMENT',
  READ_SESSION = 'READ_SESSION',
  LIST_PRACTITIONER_SESSIONS = 'LIST_PRACTITIONER_SESSIONS',
  MANAGE_EMERGENCY_ACCESS = 'MANAGE_EMERGENCY_ACCESS',
  READ_AUDIT_EVENTS = 'READ_AUDIT_EVENTS',
  MANAGE_ORGANIZATION_SECURITY = 'MANAGE_ORGANIZATION_SECURITY',
  MANAGE_OWN_ACCOUNT = 'MANAGE_OWN_ACCOUNT',
}

const STAFF = [Role.ADMIN, Role.PRACTITIONER] as const;
const EVERYONE = [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT] as const;

/**
 * Which roles a permission is for; a super admin has all of them. Which *rows* each role reaches is record-scope.ts.
 * A change of a row here is a change of who may see patient data: the contract test's snapshot shows it.
 */
const GRANTED: Readonly<Record<Permission, readonly Role[]>> = {
  [Permission.CREATE_ORGANIZATION]: [],
  [Permission.LIST_ORGANIZATIONS]: EVERYONE,
  [Permission.MANAGE_PEOPLE]: [Role.ADMIN],
  [Permission.READ_USER]: EVERYONE,
  [Permission.READ_PATIENT]: EVERYONE,
  [Permission.READ_PRACTITIONER]: EVERYONE,
  [Permission.READ_SERVICE_CODE]: EVERYONE,
  [Permission.MANAGE_SERVICE_CODES]: [Role.ADMIN],
  [Permission.READ_AUTHORIZATION]: EVERYONE,
  [Permission.MANAGE_AUTHORIZATIONS]: [Role.ADMIN],
  [Permission.READ_APPOINTMENT]: EVERYONE,
  [Permission.BOOK_APPOINTMENT]: STAFF,
  [Permission.COMPLETE_APPOINTMENT]: STAFF,
  [Permission.READ_SESSION]: EVERYONE,
  [Permission.LIST_PRACTITIONER_SESSIONS]: STAFF,
  [Permission.MANAGE_EMERGENCY_ACCESS]: [Role.ADMIN],
  [Permission.READ_AUDIT_EVENTS]: [Role.ADMIN],
  [Permission.MANAGE_ORGANIZATION_SECURITY]: [Role.ADMIN],
  [Permission.MANAGE_OWN_ACCOUNT]: EVERYONE,
};

/** The roles that hold a permission, besides super admins, who hold all. */
export function rolesWith(permission: Permission): readonly Role[] {
  return GRANTED[permission];
}

/** The same by name, super admins first: what a caller is told. */
export function whoHas(permission: Permission): readonly string[] {
  return ['SUPER_ADMIN', ...rolesWith(permission)];
}

/** Whether a door that asks for the permission lets somebody through. */
export function mayPass(actor: Actor, permission: Permission): boolean {
  return actor.isSuperAdmin || rolesWith(permission).includes(actor.role);
}
