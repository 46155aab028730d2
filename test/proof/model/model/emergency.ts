import { iso } from './appointments.ts';
import type { CallOf } from './calls.ts';
import { ADMINS, asking, reached, reaching, within } from './rights.ts';
import { BAD, decided, firstOf, notFound, refusal, when, type Verdict } from './verdict.ts';
import { nextName, put, rows, type Grant, type World } from './world.ts';

const DURATIONS = [30, 60, 120, 240, 480];
const MINUTE = 60_000;

export function grantView(world: World, grant: Grant): object {
  const { name, patient, to, expiresAt, revokedAt } = grant;
  return {
    id: name,
    patient: { id: patient },
    grantedTo: { id: to },
    expiresAt: iso(expiresAt),
    revokedAt: revokedAt === null ? null : iso(revokedAt),
    active: isActive(world, grant),
  };
}

/** It ends by itself, or by revocation. */
export function isActive(world: World, { expiresAt, revokedAt }: Grant): boolean {
  return revokedAt === null && world.now < expiresAt;
}

export function grantEmergencyAccess(world: World, { by, input }: CallOf<'grantEmergencyAccess'>): Verdict {
  const { patientId, grantedToUserId, justification, durationMinutes } = input;
  return asking(world, by, ADMINS, (caller) => {
    const patient = reached(world, caller, 'patients', patientId);
    const user = patient && within(world, patient.organization, 'users', grantedToUserId);
    const unjustified = justification.length < 25 || justification.length > 500;
    const refused = firstOf(
      () => when(unjustified || !DURATIONS.includes(durationMinutes), BAD),
      () => (patient ? when(!user, notFound(grantedToUserId)) : [notFound(patientId)]),
      () => when(!user?.active || user.role === 'PATIENT', BAD),
    );
    return decided(refused, () => {
      const grant: Grant = {
        name: nextName(world, 'grants', 'G'),
        organization: patient!.organization,
        patient: patientId,
        to: grantedToUserId,
        createdAt: world.now,
        expiresAt: world.now + durationMinutes * MINUTE,
        revokedAt: null,
      };
      return { data: grantView(world, grant), world: put(world, 'grants', grant) };
    });
  });
}

export function revokeEmergencyAccess(world: World, { by, input }: CallOf<'revokeEmergencyAccess'>): Verdict {
  return asking(world, by, ADMINS, (caller) => {
    if (!input.reason.trim()) return { refused: [BAD] };
    return reaching(world, caller, 'grants', input.id, (grant) =>
      decided(when(!isActive(world, grant), refusal('INVALID_STATUS_TRANSITION')), () => {
        const revoked = { ...grant, revokedAt: world.now };
        return { data: grantView(world, revoked), world: put(world, 'grants', revoked) };
      }),
    );
  });
}

/** Of the caller's organization, newest first. */
export function emergencyAccessGrants(world: World, { by, input }: CallOf<'emergencyAccessGrants'>): Verdict {
  return asking(world, by, ADMINS, (caller) => {
    const found = rows(world, 'grants').filter(
      (grant) => reached(world, caller, 'grants', grant.name) && isActive(world, grant) === input.active,
    );
    const newestFirst = found.sort((one, other) => other.createdAt - one.createdAt);
    return { data: newestFirst.map((grant) => grantView(world, grant)), world };
  });
}
