import { BadUserInput, Forbidden } from '../../foundation/errors/domain-error.ts';
import { Role, type Actor } from '../../foundation/request-context/request-context.ts';
import type { User } from './user.entity.ts';

/** Whom a user is, apart from an account. */
export interface Links {
  readonly practitionerId?: string | null;
  readonly patientId?: string | null;
}

/** The practitioner this user is. A link outlives a change of role, and counts only under its own. */
export function practitionerIdOf(user: User): string | undefined {
  return user.role === Role.PRACTITIONER ? (user.practitionerId ?? undefined) : undefined;
}

/** The patient this user is; see practitionerIdOf. */
export function patientIdOf(user: User): string | undefined {
  return user.role === Role.PATIENT ? (user.patientId ?? undefined) : undefined;
}

export function actorOf(user: User): Actor {
  return {
    userId: user.id,
    organizationId: user.organizationId,
    role: user.role,
    isSuperAdmin: user.isSuperAdmin,
    practitionerId: practitionerIdOf(user),
    patientId: patientIdOf(user),
  };
}

/** @throws BadUserInput a new user's role lacks its link, or has one that is not its own */
export function requireExactLinks(role: Role, links: Links): void {
  const wrong: Record<string, string> = {};
  if (role === Role.PRACTITIONER && links.practitionerId == null) wrong.practitionerId = 'role PRACTITIONER needs one';
  if (role !== Role.PRACTITIONER && links.practitionerId != null) wrong.practitionerId = 'only for role PRACTITIONER';
  if (role === Role.PATIENT && links.patientId == null) wrong.patientId = 'role PATIENT needs one';
  if (role !== Role.PATIENT && links.patientId != null) wrong.patientId = 'only for role PATIENT';
  if (Object.keys(wrong).length) throw new BadUserInput(wrong);
}

/** @throws BadUserInput the user is nobody who could have this role */
export function requireRoleFits(user: User, role: Role): void {
  if (user.isSuperAdmin && role !== Role.ADMIN) throw new BadUserInput({ role: 'a super admin keeps role ADMIN' });
  if (role === Role.PRACTITIONER && !user.practitionerId)
    throw new BadUserInput({ role: 'this user is linked to no practitioner' });
  if (role === Role.PATIENT && !user.patientId) throw new BadUserInput({ role: 'this user is linked to no patient' });
}

/** @throws Forbidden a super admin is changed by somebody who is none */
export function requireMayChange(actor: Actor, user: User): void {
  if (user.isSuperAdmin && !actor.isSuperAdmin)
    throw new Forbidden({ resource: 'user', resourceId: user.id }, 'Only a super admin changes a super admin.');
}
