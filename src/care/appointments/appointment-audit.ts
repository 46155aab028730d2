import type { AuditRecord } from '../../rules/audit/audit.service.ts';
import type { Appointment } from './appointment.entity.ts';

/** What the audit trail keeps of an appointment: ids, units and times, never its notes. */
export function factsOf(appointment: Appointment, more: object = {}): Omit<AuditRecord, 'action'> {
  const { id, patientId, practitionerId, authorizationId, unitsReserved, startTime, endTime, status } = appointment;
  return {
    resource: 'appointment',
    resourceId: id,
    patientId,
    details: { practitionerId, authorizationId, unitsReserved, startTime, endTime, status, ...more },
  };
}
