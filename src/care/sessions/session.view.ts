import { listOf, view } from '../../rules/rest/schemas.ts';
import type { Session } from './session.entity.ts';

export const SESSION = view('Session');
export const SESSIONS = listOf(SESSION);

/** A session as REST answers it: GraphQL's plain fields, its relations by their ids. */
export function sessionView(row: Session): Record<string, unknown> {
  return {
    id: row.id,
    organizationId: row.organizationId,
    appointmentId: row.appointmentId,
    patientId: row.patientId,
    practitionerId: row.practitionerId,
    authorizationId: row.authorizationId,
    serviceCodeId: row.serviceCodeId,
    startTime: row.startTime,
    endTime: row.endTime,
    durationMinutes: row.durationMinutes,
    unitsUsed: row.unitsUsed,
    unitsUnauthorized: row.unitsUnauthorized,
    status: row.status,
    narrativeNotes: row.narrativeNotes,
    voiceRecordingUrl: row.voiceRecordingUrl,
    metrics: row.metrics,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
