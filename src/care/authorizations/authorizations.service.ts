import { Injectable } from '@nestjs/common';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { newId } from '../../platform/database/rows/new-id.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { BadUserInput, InvalidStatusTransition, requireVersion } from '../../foundation/errors/domain-error.ts';
import { OrganizationsService } from '../../people/organizations/organizations.service.ts';
import { Patient } from '../../people/patients/patient.entity.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { ServiceCode } from '../service-codes/service-code.entity.ts';
import { ServiceCodesService } from '../service-codes/service-codes.service.ts';
import { localDate, plusDays, startOfLocalDate } from '../../foundation/time/local-date.ts';
import { AuthorizationLedger } from './authorization-ledger.service.ts';
import { AuthorizationStatus, statusOn } from './authorization-status.ts';
import { Authorization } from './authorization.entity.ts';
import { AuthorizationNotUsable } from './authorization.errors.ts';
import type { BillableCode } from './billed-code.ts';
import type { CreateAuthorizationInput, UpdateAuthorizationInput } from './authorization.inputs.ts';

const COVERED_CODES = `
  SELECT code.id, code.code, code.timed, code.unit_minutes AS "unitMinutes",
         code.round_up_at_minutes AS "roundUpAtMinutes", code.zero_below_minutes AS "zeroBelowMinutes"
    FROM authorization_service_codes cover
    JOIN service_codes code ON code.organization_id = cover.organization_id AND code.id = cover.service_code_id
   WHERE cover.organization_id = $1 AND cover.authorization_id = $2`;

/** Creating, changing and cancelling authorizations, and what a booking needs to know of them. */
@Injectable()
export class AuthorizationsService {
  private readonly rows = new TenantRepository<Authorization, 'balance' | 'availableUnits'>(Authorization);
  private readonly patients = new TenantRepository(Patient);

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly ledger: AuthorizationLedger,
    private readonly serviceCodes: ServiceCodesService,
    private readonly organizations: OrganizationsService,
    private readonly audit: AuditService,
  ) {}

  /**
   * @throws NotFound no such patient
   * @throws BadUserInput dates in the wrong order, or a code that the organization does not have
   */
  async create(ctx: RequestContext, input: CreateAuthorizationInput): Promise<Authorization> {
    if (input.endDate < input.startDate) throw new BadUserInput({ endDate: 'must not be before startDate' });
    const scope = await this.tenancy.of(ctx, Patient, 'patient', input.patientId);
    return this.transactions.run(scope, async (tx) => {
      await this.patients.get(tx, input.patientId);
      const codes = await this.codesOf(tx, input.serviceCodes);
      const now = new Date();
      const authorization = await this.rows.insert(tx, {
        id: newId(),
        patientId: input.patientId,
        authorizationNumber: input.authorizationNumber ?? null,
        payerName: input.payerName ?? null,
        totalUnits: input.totalUnits,
        reservedUnits: 0,
        usedUnits: 0,
        entrySeq: 0,
        lastEntryAt: null,
        startDate: input.startDate,
        endDate: input.endDate,
        cancelledAt: null,
        cancellationReason: null,
        version: 1,
        createdAt: now,
        updatedAt: now,
      });
      await this.cover(tx, authorization.id, codes);
      this.ledger.grant(tx, authorization);
      this.audit.record(tx, {
        action: 'CREATE_AUTHORIZATION',
        resource: 'authorization',
        resourceId: authorization.id,
        patientId: authorization.patientId,
        details: { totalUnits: input.totalUnits, startDate: input.startDate, endDate: input.endDate },
      });
      return authorization;
    });
  }

  /**
   * @throws InsufficientUnits the total would fall below what is used and reserved
   * @throws BadUserInput a new total without a reason; an end before the start or before a live appointment
   * @throws AuthorizationNotUsable it is cancelled
   * @throws StaleVersion, NotFound
   */
  async update(ctx: RequestContext, input: UpdateAuthorizationInput): Promise<Authorization> {
    const scope = await this.tenancy.of(ctx, Authorization, 'authorization', input.id);
    return this.transactions.run(scope, async (tx) => {
      const authorization = await this.ledger.lock(tx, input.id);
      requireVersion(authorization.version, input.expectedVersion);
      this.requireNotCancelled(authorization);
      const totalUnits = input.totalUnits ?? authorization.totalUnits;
      const endDate = input.endDate ?? authorization.endDate;
      const fields = [
        ...(totalUnits === authorization.totalUnits ? [] : ['totalUnits']),
        ...(endDate === authorization.endDate ? [] : ['endDate']),
      ];
      if (!fields.length) {
        this.audit.recordRead(tx, 'authorization', [authorization]);
        return authorization;
      }
      if (endDate !== authorization.endDate) await this.requireEndPossible(tx, authorization, endDate);
      if (totalUnits !== authorization.totalUnits) {
        if (!input.reason?.trim()) throw new BadUserInput({ reason: 'a change of totalUnits needs a reason' });
        this.ledger.adjust(tx, authorization, totalUnits, input.reason);
      }
      const changes = { endDate, version: authorization.version + 1, updatedAt: new Date() };
      this.audit.record(tx, {
        action: 'UPDATE_AUTHORIZATION',
        resource: 'authorization',
        resourceId: authorization.id,
        patientId: authorization.patientId,
        details: { fields, totalUnits, endDate },
      });
      const saved = await this.rows.update(tx, authorization, changes);
      return Object.assign(saved, { totalUnits });
    });
  }

  /**
   * Only while nothing is reserved; what is used stays used.
   *
   * @throws InvalidStatusTransition it is cancelled already, or units are reserved
   */
  async cancel(ctx: RequestContext, id: string, reason: string): Promise<Authorization> {
    const scope = await this.tenancy.of(ctx, Authorization, 'authorization', id);
    return this.transactions.run(scope, async (tx) => {
      const authorization = await this.ledger.lock(tx, id);
      const from = statusOn(localDate(ctx.now(), await this.organizations.timeZoneOf(tx)), authorization);
      const { reservedUnits } = authorization;
      if (authorization.cancelledAt || reservedUnits > 0)
        throw new InvalidStatusTransition({ from, to: AuthorizationStatus.CANCELLED, reservedUnits });
      this.audit.record(tx, {
        action: 'CANCEL_AUTHORIZATION',
        resource: 'authorization',
        resourceId: id,
        patientId: authorization.patientId,
      });
      return this.rows.update(tx, authorization, {
        cancelledAt: ctx.now(),
        cancellationReason: reason,
        version: authorization.version + 1,
        updatedAt: new Date(),
      });
    });
  }

  /** The services that an authorization covers, with how their minutes become units. */
  coveredCodes(tx: Tx, authorizationId: string): Promise<BillableCode[]> {
    return tx.sql<BillableCode>(COVERED_CODES, [tx.organizationId, authorizationId]);
  }

  private async codesOf(tx: Tx, codes: string[]): Promise<ServiceCode[]> {
    const found = await this.serviceCodes.byCodes(tx, codes);
    const unknown = codes.filter((code) => !found.some((each) => each.code === code));
    if (unknown.length) throw new BadUserInput({ serviceCodes: `the organization has no ${unknown.join(', ')}` });
    return found;
  }

  private async cover(tx: Tx, authorizationId: string, codes: readonly ServiceCode[]): Promise<void> {
    await tx.sql(
      `INSERT INTO authorization_service_codes (organization_id, authorization_id, service_code_id)
       SELECT $1, $2, unnest($3::uuid[])`,
      [tx.organizationId, authorizationId, codes.map(({ id }) => id)],
    );
  }

  private requireNotCancelled({ id, cancelledAt, startDate, endDate }: Authorization): void {
    if (cancelledAt)
      throw new AuthorizationNotUsable({
        authorizationId: id,
        status: AuthorizationStatus.CANCELLED,
        startDate,
        endDate,
      });
  }

  /** Rule 5: no live appointment may be left outside. Safe from a race: bookings look at the dates under this same lock. */
  private async requireEndPossible(tx: Tx, authorization: Authorization, endDate: string): Promise<void> {
    if (endDate < authorization.startDate) throw new BadUserInput({ endDate: 'must not be before startDate' });
    const after = startOfLocalDate(plusDays(endDate, 1), await this.organizations.timeZoneOf(tx));
    const outside = await tx.sql<{ id: string }>(
      `SELECT id FROM appointments
        WHERE organization_id = $1 AND authorization_id = $2 AND start_time >= $3 AND status IN ('SCHEDULED', 'IN_PROGRESS')
        ORDER BY start_time, id LIMIT 200`,
      [tx.organizationId, authorization.id, after],
    );
    if (outside.length)
      throw new BadUserInput(
        { endDate: 'live appointments of this authorization are later' },
        { appointmentIds: outside.map(({ id }) => id) },
      );
  }
}
