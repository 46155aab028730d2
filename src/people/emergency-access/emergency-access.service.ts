import { Injectable } from '@nestjs/common';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { newId } from '../../platform/database/rows/new-id.ts';
import type { RowQuery } from '../../platform/database/rows/row-query.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import type { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import { Pages, type Page } from '../../platform/graphql/lists/page.ts';
import { BadUserInput } from '../../foundation/errors/domain-error.ts';
import { Patient } from '../patients/patient.entity.ts';
import { Role, type RequestContext } from '../../foundation/request-context/request-context.ts';
import { User } from '../users/user.entity.ts';
import { EmergencyAccessGrant } from './emergency-access-grant.entity.ts';
import type { GrantEmergencyAccessInput } from './emergency-access.inputs.ts';
import { earliestOfLive, expiryOf, requireRevocable } from './grant-status.ts';

/** Grants that are live at the same time, at most: what is opened to more is no emergency. */
const MOST_LIVE = { patient: 20, organization: 200 };
const LIVE = 'row.revokedAt IS NULL AND row.expiresAt > :now';
const COUNT = 'count(*)::int AS count';
interface Counted {
  readonly count: number;
}

/** Granting emergency access, ending it, and who has it. What it opens is emergency-reading.service.ts. */
@Injectable()
export class EmergencyAccessService {
  private readonly grants = new TenantRepository(EmergencyAccessGrant);
  private readonly patients = new TenantRepository(Patient);
  private readonly users = new TenantRepository(User);

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly audit: AuditService,
    private readonly pages: Pages,
  ) {}

  /**
   * The grantee's row is locked, so that a deactivation or a change of role comes before or after, not in between.
   *
   * @throws NotFound the organization has no such patient or user
   * @throws BadUserInput the user is not active, or a patient; or as many grants are live as may be
   */
  async grant(ctx: RequestContext, input: GrantEmergencyAccessInput): Promise<EmergencyAccessGrant> {
    const { patientId, durationMinutes, justification } = input;
    const scope = await this.tenancy.of(ctx, Patient, 'patient', patientId);
    return this.transactions.run(scope, async (tx) => {
      await this.patients.get(tx, patientId);
      const grantee = await this.users.getLocked(tx, input.grantedToUserId);
      requireEligible(grantee);
      await this.requireRoom(tx, patientId);
      const { actor } = tx.ctx;
      const createdAt = tx.ctx.now();
      const grant = await this.grants.insert(tx, {
        id: newId(),
        patientId,
        grantedToId: grantee.id,
        grantedByOrganizationId: actor.organizationId,
        grantedById: actor.userId,
        justification,
        createdAt,
        expiresAt: expiryOf(createdAt, durationMinutes),
        revokedAt: null,
        revocationReason: null,
      });
      this.audit.record(tx, {
        action: 'BTG_GRANT_ACCESS',
        resource: 'emergencyAccessGrant',
        resourceId: grant.id,
        patientId,
        details: { grantId: grant.id, grantedToUserId: grantee.id, durationMinutes, expiresAt: grant.expiresAt },
      });
      return grant;
    });
  }

  /**
   * Ends a live grant now. Of two at once the row's lock lets one win.
   *
   * @throws InvalidStatusTransition it is revoked already, or expired
   * @throws NotFound
   */
  async revoke(ctx: RequestContext, id: string, reason: string): Promise<EmergencyAccessGrant> {
    const scope = await this.tenancy.of(ctx, EmergencyAccessGrant, 'emergencyAccessGrant', id);
    return this.transactions.run(scope, async (tx) => {
      const grant = await this.grants.getLocked(tx, id);
      const revokedAt = tx.ctx.now();
      requireRevocable(revokedAt, grant);
      const { patientId, grantedToId, expiresAt } = grant;
      this.audit.record(tx, {
        action: 'BTG_REVOKE_ACCESS',
        resource: 'emergencyAccessGrant',
        resourceId: id,
        patientId,
        details: { grantId: id, grantedToUserId: grantedToId, expiresAt, revokedAt },
      });
      return this.grants.update(tx, grant, { revokedAt, revocationReason: reason });
    });
  }

  /**
   * Newest first: those that are live now, those that have ended, or all. Of every organization for a super admin.
   *
   * @throws BadUserInput `after` is not a cursor of this list
   */
  list(ctx: RequestContext, args: PageArgs, active?: boolean | null): Promise<Page<EmergencyAccessGrant>> {
    return this.pages.list(ctx, {
      args,
      order: ['createdAt', 'id'],
      direction: 'DESC',
      query: (tx) => this.byLife(tx, active),
    });
  }

  private byLife(tx: Tx, active?: boolean | null): RowQuery<EmergencyAccessGrant> {
    const now = tx.ctx.now();
    const query = this.grants.select(tx);
    if (active === true)
      // what was made earlier has ended: so the index by creation is walked no further
      query.andWhere(`${LIVE} AND row.createdAt > :earliest`, { now, earliest: earliestOfLive(now) });
    if (active === false) query.andWhere(`NOT (${LIVE})`, { now });
    return query;
  }

  /**
   * Grants of one organization are made one after the other, so that no two are the last that there is room for.
   *
   * @throws BadUserInput as many are live as may be
   */
  private async requireRoom(tx: Tx, patientId: string): Promise<void> {
    await tx.sql(`SELECT pg_advisory_xact_lock(hashtextextended('emergency access ' || $1, 0))`, [tx.organizationId]);
    const live = this.byLife(tx, true);
    const [[ofPatient], [ofAll]] = await Promise.all([
      this.byLife(tx, true).andWhere('row.patientId = :patientId', { patientId }).select<Counted>(COUNT),
      live.select<Counted>(COUNT),
    ]);
    const { patient, organization } = MOST_LIVE;
    if ((ofPatient?.count ?? 0) >= patient)
      throw new BadUserInput({ patientId: `has ${patient} live grants already: revoke one` });
    if ((ofAll?.count ?? 0) >= organization)
      throw new BadUserInput({ patientId: `the organization has ${organization} live grants already: revoke one` });
  }
}

/** Whoever lost the role or the account later reads nothing by a grant either: record-scope.ts asks for the role. */
function requireEligible({ active, role }: User): void {
  if (!active || role === Role.PATIENT)
    throw new BadUserInput({ grantedToUserId: 'must be an active user of role PRACTITIONER or ADMIN' });
}
