import { listOf, view } from '../../rules/rest/schemas.ts';
import type { Appointment } from './appointment.entity.ts';

export const APPOINTMENT = view('Appointment');
export const APPOINTMENTS = listOf(APPOINTMENT);

/** An appointment as REST answers it: GraphQL's plain fields, its relations by their ids. */
export function appointmentView(row: Appointment): Record<string, unknown> {
  return {
    id: row.id,
    organizationId: row.organizationId,
    patientId: row.patientId,
    practitionerId: row.practitionerId,
    authorizationId: row.authorizationId,
    serviceCodeId: row.serviceCodeId,
    startTime: row.startTime,
    endTime: row.endTime,
    durationMinutes: row.durationMinutes,
    status: row.status,
    unitsReserved: row.unitsReserved,
    location: row.location,
    notes: row.notes,
    recurrenceRule: row.recurrenceRule,
    startedAt: row.startedAt,
    cancelledAt: row.cancelledAt,
    cancellationReason: row.cancellationReason,
    version: row.version,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
