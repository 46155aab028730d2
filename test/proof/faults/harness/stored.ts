import { read } from '../../../support/sql.ts';

/**
 * What PostgreSQL has, each row with the transaction that wrote it last (`xmin`): rows of one transaction are there
 * together or not at all, so what belongs together has to have the same.
 */
export interface Stored {
  readonly events: readonly StoredEvent[];
  readonly entries: readonly StoredEntry[];
  readonly keys: readonly StoredKey[];
  readonly appointments: readonly StoredRow[];
  readonly sessions: readonly StoredRow[];
  readonly authorizations: readonly StoredRow[];
}

export interface StoredEvent {
  readonly xid: string;
  readonly action: Action;
  readonly resourceId: string;
  readonly requestId: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface StoredEntry {
  readonly xid: string;
  readonly authorizationId: string;
  readonly appointmentId: string | null;
  readonly kind: string;
  readonly reserved: number;
  readonly used: number;
  readonly totalAfter: number;
  readonly reservedAfter: number;
  readonly usedAfter: number;
  readonly reason: string | null;
}

export interface StoredKey {
  readonly xid: string;
  readonly operation: string;
  readonly key: string;
  readonly resourceId: string;
}

/** A row in the API's names. */
export type StoredRow = Readonly<Record<string, unknown>> & { readonly id: string; readonly xid: string };

/** Of the changes that a load makes; reads and refusals have others. */
export const ACTIONS = [
  'CREATE_APPOINTMENT',
  'UPDATE_APPOINTMENT',
  'CANCEL_APPOINTMENT',
  'START_APPOINTMENT',
  'NO_SHOW_APPOINTMENT',
  'COMPLETE_APPOINTMENT',
  'CREATE_SESSION',
  'UPDATE_AUTHORIZATION',
] as const;
export type Action = (typeof ACTIONS)[number];

export async function stored(ownerUrl: string): Promise<Stored> {
  const rows = async <T>(text: string, values?: unknown[]): Promise<T[]> => (await read(ownerUrl, text, values)) as T[];
  return {
    events: await rows(EVENTS, [ACTIONS]),
    entries: await rows(ENTRIES),
    keys: await rows(`SELECT xmin::text AS xid, operation, key, resource_id AS "resourceId" FROM idempotency_keys`),
    appointments: await rows(APPOINTMENTS),
    sessions: await rows(SESSIONS),
    authorizations: await rows(
      `SELECT xmin::text AS xid, id, version, total_units AS "totalUnits" FROM authorizations`,
    ),
  };
}

// the time is taken under the lock of the appointment, so that it follows the order of its changes
const EVENTS = `
  SELECT xmin::text AS xid, action, resource_id AS "resourceId", request_id AS "requestId", details
    FROM audit_events WHERE action = ANY($1) ORDER BY occurred_at, id`;

/** Those of the load: a GRANT is of the setting. */
const ENTRIES = `
  SELECT xmin::text AS xid, authorization_id AS "authorizationId", appointment_id AS "appointmentId", kind, reason,
         reserved_delta AS reserved, used_delta AS used, total_after AS "totalAfter", reserved_after AS "reservedAfter",
         used_after AS "usedAfter"
    FROM ledger_entries WHERE kind <> 'GRANT' ORDER BY authorization_id, seq`;

const APPOINTMENTS = `
  SELECT xmin::text AS xid, id, patient_id AS "patientId", practitioner_id AS "practitionerId",
         authorization_id AS "authorizationId", start_time AS "startTime", end_time AS "endTime", status,
         units_reserved AS "unitsReserved", location, notes, started_at AS "startedAt", cancelled_at AS "cancelledAt",
         cancellation_reason AS "cancellationReason", version, created_at AS "createdAt", updated_at AS "updatedAt"
    FROM appointments`;

const SESSIONS = `
  SELECT xmin::text AS xid, id, appointment_id AS "appointmentId", start_time AS "startTime", end_time AS "endTime",
         duration_minutes AS "durationMinutes", units_used AS "unitsUsed", units_unauthorized AS "unitsUnauthorized",
         status, narrative_notes AS "narrativeNotes", metrics, created_at AS "createdAt", updated_at AS "updatedAt"
    FROM sessions`;
