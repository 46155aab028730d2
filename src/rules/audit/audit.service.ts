import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/database/rows/new-id.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { Beside } from '../../foundation/request-context/beside.ts';

export enum AuditOutcome {
  SUCCESS = 'SUCCESS',
  DENIED = 'DENIED',
  FAILURE = 'FAILURE',
}

export interface AuditRecord {
  /** Such as CREATE_APPOINTMENT, READ_SESSION, LOGIN_FAILURE. */
  readonly action: string;
  /** Such as appointment, session, authorization, patient, user. */
  readonly resource: string;
  readonly resourceId?: string | null;
  readonly patientId?: string | null;
  readonly outcome?: AuditOutcome;
  /** Names of changed fields, ids, units and times. Never the text of notes, a password or a token. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** As the table has it. */
interface EventRow {
  readonly id: string;
  readonly [column: string]: unknown;
}

const INSERT = `INSERT INTO audit_events (id, organization_id, actor_id, actor_role, action, resource, resource_id, patient_id,
                            outcome, ip_address, request_id, details)
  SELECT id, organization_id, actor_id, actor_role, action, resource, resource_id, patient_id,
         outcome, ip_address, request_id, details
    FROM json_to_recordset($1::json) AS event (id uuid, organization_id uuid, actor_id uuid, actor_role text,
         action text, resource text, resource_id uuid, patient_id uuid, outcome text, ip_address text,
         request_id text, details json)`;

interface ReadRow {
  readonly id: string;
  readonly organizationId: string | null;
  readonly patientId?: string | null;
}

/**
 * The trail of who did and saw what (45 CFR 164.312(b)). An event is written in the transaction of what it tells of, so
 * that neither exists without the other; it travels with its COMMIT.
 */
@Injectable()
export class AuditService {
  /** Of a transaction, all that it has recorded. */
  private readonly recorded = new Beside<Tx, EventRow[]>();

  record(tx: Tx, event: AuditRecord): void {
    this.write(tx, tx.reach ?? tx.ctx.actor.organizationId, [event]);
  }

  /** Several events of one change, in one statement. */
  recordAll(tx: Tx, events: readonly AuditRecord[]): void {
    this.write(tx, tx.reach ?? tx.ctx.actor.organizationId, events);
  }

  /**
   * That rows were read: one event for a list or a loader's batch, with how many, which, and by which filter. What was
   * read in several organizations by a super admin is recorded in each.
   *
   * @returns the ids of the new events
   */
  recordRead(
    tx: Tx,
    resource: string,
    rows: readonly ReadRow[],
    filter?: object | null,
    { ids = true, after }: { ids?: boolean; after?: string | null } = {},
  ): string[] {
    const action = `READ_${resource.toUpperCase()}`;
    const home = tx.reach ?? tx.ctx.actor.organizationId;
    // nothing found is a read all the same, of the caller's own organization
    const organizations = rows.length ? new Set(rows.map((row) => row.organizationId)) : [home];
    const events: string[] = [];
    for (const organizationId of organizations) {
      const read = rows.filter((row) => row.organizationId === organizationId);
      const [only] = read.length === 1 ? read : [];
      const written = this.write(tx, organizationId, [
        {
          action,
          resource,
          resourceId: only?.id,
          patientId: patientOfAll(resource, read, filter),
          details: {
            count: read.length,
            ...(filter && { filter }),
            ...(after != null && { after }),
            ...(ids && !only && { ids: read.map(({ id }) => id) }),
          },
        },
      ]);
      events.push(...written);
    }
    return events;
  }

  /** What belongs to no organization: a login with an email that nobody has. */
  recordNowhere(tx: Tx, event: AuditRecord): void {
    this.write(tx, null, [event]);
  }

  /** All events of a transaction in one statement. Nobody waits for it: it travels with the COMMIT, which fails where it does. */
  private write(tx: Tx, organizationId: string | null, events: readonly AuditRecord[]): string[] {
    const { origin, actorIfAny: actor } = tx.ctx;
    const rows = events.map((event): EventRow => ({
      id: newId(),
      organization_id: organizationId,
      actor_id: actor?.userId,
      actor_role: actor?.isSuperAdmin ? 'SUPER_ADMIN' : actor?.role,
      action: event.action,
      resource: event.resource,
      resource_id: event.resourceId,
      patient_id: event.patientId,
      outcome: event.outcome ?? AuditOutcome.SUCCESS,
      ip_address: origin.ipAddress,
      request_id: origin.requestId,
      details: event.details,
    }));
    const recorded = this.recorded.get(tx);
    tx.requireRunning();
    if (recorded) recorded.push(...rows);
    else {
      this.recorded.set(tx, rows);
      tx.beforeCommit(() => tx.send(INSERT, [JSON.stringify(rows)]));
    }
    return rows.map(({ id }) => id);
  }
}

/** Whose record it was, where it was one patient's: so that their trail has lists, too, and those that found nothing. */
function patientOfAll(resource: string, rows: readonly ReadRow[], filter?: object | null): string | null | undefined {
  const patients = new Set(rows.map((row) => (resource === 'patient' ? row.id : row.patientId)));
  if (patients.size === 1) return [...patients][0];
  return (filter as { patientId?: string | null } | null | undefined)?.patientId;
}
