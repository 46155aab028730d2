import { Role, type Actor } from '../../foundation/request-context/request-context.ts';

export type RecordKind = 'patient' | 'practitioner' | 'authorization' | 'appointment' | 'session' | 'user';

/** A condition over a query's `row`. */
export interface Scope {
  readonly where: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * Which rows of its organization a role reads: domain.md, "Who may what". Undefined: all of them. The organization
 * itself is not this file's business.
 *
 * @param opened patients whose sessions are open to a practitioner by an emergency grant, for this one reading
 */
export function scopeOf(actor: Actor, kind: RecordKind, opened: readonly string[] = []): Scope | undefined {
  if (actor.isSuperAdmin || actor.role === Role.ADMIN) return undefined;
  return actor.role === Role.PATIENT ? scopeOfPatient(actor, kind) : scopeOfPractitioner(actor, kind, opened);
}

function scopeOfPatient(actor: Actor, kind: RecordKind): Scope {
  const self = { scopePatient: actor.patientId ?? null, scopeUser: actor.userId };
  switch (kind) {
    case 'user':
      return { where: 'row.id = :scopeUser', parameters: self };
    case 'patient':
      return { where: 'row.id = :scopePatient', parameters: self };
    case 'practitioner':
      // their own practitioners: whom they have, had or cancelled an appointment with
      return {
        where: visitExists('visit.practitioner_id = row.id AND visit.patient_id = :scopePatient'),
        parameters: self,
      };
    case 'authorization':
    case 'appointment':
    case 'session':
      return { where: 'row.patientId = :scopePatient', parameters: self };
  }
}

function scopeOfPractitioner(actor: Actor, kind: RecordKind, opened: readonly string[]): Scope | undefined {
  if (kind === 'user') return { where: 'row.id = :scopeUser', parameters: { scopeUser: actor.userId } };
  if (kind !== 'session') return undefined;
  // the clinical record of patients they have or had a non-cancelled appointment with
  const where = visitExists(
    "visit.patient_id = row.patientId AND visit.practitioner_id = :scopePractitioner AND visit.status <> 'CANCELLED'",
  );
  const parameters = { scopePractitioner: actor.practitionerId ?? null };
  if (!opened.length) return { where, parameters };
  return {
    where: `(${where} OR row.patientId = ANY(:scopeOpened))`,
    parameters: { ...parameters, scopeOpened: opened },
  };
}

function visitExists(condition: string): string {
  return `EXISTS (SELECT FROM appointments visit WHERE visit.organization_id = row.organizationId AND ${condition})`;
}
