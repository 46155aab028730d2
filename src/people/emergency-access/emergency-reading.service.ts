import { Injectable } from '@nestjs/common';
import { scopeOf } from '../../rules/access/record-scope.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { Role } from '../../foundation/request-context/request-context.ts';
import { Beside } from '../../foundation/request-context/beside.ts';
import { EmergencyAccessGrant } from './emergency-access-grant.entity.ts';

interface OpenedRow {
  readonly id: string;
  readonly patientId: string;
}

/** The patients that live grants open to the caller, who could not read their sessions otherwise. */
class Opening {
  private readonly byPatient: ReadonlyMap<string, EmergencyAccessGrant>;

  /** @param grants of several for a patient the last one counts */
  constructor(grants: readonly EmergencyAccessGrant[]) {
    this.byPatient = new Map(grants.map((grant) => [grant.patientId, grant]));
  }

  get patientIds(): string[] {
    return [...this.byPatient.keys()];
  }

  /** The grants that a reading used, each with the rows that it opened. */
  usesFor<Row extends OpenedRow>(
    rows: readonly Row[],
    asked: string | null | undefined,
  ): { grant: EmergencyAccessGrant; opened: Row[] }[] {
    return [...this.byPatient.values()]
      .map((grant) => ({ grant, opened: rows.filter((row) => row.patientId === grant.patientId) }))
      .filter(({ grant, opened }) => opened.length > 0 || grant.patientId === asked);
  }
}

/** What an emergency grant opens: a practitioner reads the patient's sessions, and every such read is in the trail. */
@Injectable()
export class EmergencyReading {
  private readonly grants = new TenantRepository(EmergencyAccessGrant);
  private readonly openings = new Beside<Tx, Promise<Opening>>();

  constructor(private readonly audit: AuditService) {}

  /**
   * What is open to the caller, settled once a transaction, before it reads: a revocation that commits meanwhile cannot
   * come between a read and its event (docs/decisions/0007). A grant whose patient the caller treats opens nothing: they
   * read under their own right, as admins and super admins always do.
   */
  open(tx: Tx): Promise<Opening> {
    const opening = this.openings.get(tx) ?? this.find(tx);
    this.openings.set(tx, opening);
    return opening;
  }

  /**
   * One event for each grant that was used, all in one statement. A list that asks for a patient by id uses the grant
   * even if it finds nothing: that there is nothing is what the grant told.
   */
  async recordUse(
    tx: Tx,
    sessions: readonly OpenedRow[],
    filter?: { readonly patientId?: string | null },
  ): Promise<void> {
    const uses = (await this.open(tx)).usesFor(sessions, filter?.patientId);
    if (!uses.length) return;
    this.audit.recordAll(
      tx,
      uses.map(({ grant, opened }) => ({
        action: 'BTG_USE_ACCESS',
        resource: 'emergencyAccessGrant',
        resourceId: grant.id,
        patientId: grant.patientId,
        details: {
          grantId: grant.id,
          read: 'session',
          count: opened.length,
          ids: opened.map(({ id }) => id),
          ...(filter && { filter }),
        },
      })),
    );
  }

  private async find(tx: Tx): Promise<Opening> {
    const { actor } = tx.ctx;
    const own = scopeOf(actor, 'session');
    if (!own || actor.role !== Role.PRACTITIONER) return new Opening([]);
    const now = tx.ctx.now();
    const grants = await this.grants
      .select(tx)
      .andWhere('row.grantedToId = :scopeUser AND row.revokedAt IS NULL AND row.expiresAt > :now', {
        scopeUser: actor.userId,
        now,
      })
      .andWhere(`NOT ${own.where}`, own.parameters)
      .orderBy('row.expiresAt')
      .orderBy('row.id')
      .many();
    return new Opening(grants);
  }
}
