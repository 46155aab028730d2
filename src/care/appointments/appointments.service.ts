import { Injectable } from '@nestjs/common';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AuditService, type AuditRecord } from '../../rules/audit/audit.service.ts';
import { AuthorizationLedger, type LockedAuthorization } from '../authorizations/authorization-ledger.service.ts';
import { inOrder } from '../../platform/database/transactions/in-order.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { requireVersion } from '../../foundation/errors/domain-error.ts';
import { Idempotency } from '../../rules/idempotency/idempotency.service.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { AppointmentStatus, requireMissed, requireStartable, requireTransition } from './appointment-status.ts';
import { Appointment } from './appointment.entity.ts';
import type { CancelAppointmentInput } from './appointment.inputs.ts';
import { factsOf } from './appointment-audit.ts';

/** An appointment with the authorization that it holds units of, both under their locks. */
export interface LockedAppointment {
  readonly appointment: Appointment;
  readonly authorization: LockedAuthorization;
}

const AUTHORIZATION_OF = 'SELECT authorization_id FROM appointments WHERE organization_id = $1 AND id = $2';

/** An appointment's life after the booking. Completing it is the session's business. */
@Injectable()
export class AppointmentsService {
  private readonly rows = new TenantRepository(Appointment);

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly idempotency: Idempotency,
    private readonly ledger: AuthorizationLedger,
    private readonly audit: AuditService,
  ) {}

  /** @throws InvalidStatusTransition; BadUserInput more than 60 minutes early */
  async start(ctx: RequestContext, id: string): Promise<Appointment> {
    const scope = await this.tenancy.of(ctx, Appointment, 'appointment', id);
    return this.transactions.run(scope, async (tx) => {
      const appointment = await this.rows.getLocked(tx, id);
      requireTransition(appointment.status, AppointmentStatus.IN_PROGRESS);
      requireStartable(appointment.startTime, ctx.now());
      return this.save(tx, appointment, 'START_APPOINTMENT', {
        status: AppointmentStatus.IN_PROGRESS,
        startedAt: ctx.now(),
      });
    });
  }

  /** Releases all that it holds. @throws InvalidStatusTransition, StaleVersion */
  async cancel(ctx: RequestContext, input: CancelAppointmentInput): Promise<Appointment> {
    const scope = await this.tenancy.of(ctx, Appointment, 'appointment', input.id);
    return this.transactions.run(scope, (tx) =>
      this.idempotency.once(
        tx,
        { operation: 'cancelAppointment', input, resourceId: input.id },
        {
          ask: () => this.lockWithHold(tx, input.id),
          work: (locked) => {
            requireVersion(locked.appointment.version, input.expectedVersion);
            requireTransition(locked.appointment.status, AppointmentStatus.CANCELLED);
            return this.end(tx, locked, 'CANCEL_APPOINTMENT', {
              status: AppointmentStatus.CANCELLED,
              cancelledAt: ctx.now(),
              cancellationReason: input.reason ?? null,
            });
          },
          replay: (id) => this.readAgain(tx, id),
        },
      ),
    );
  }

  /** The patient did not come: releases all that it holds. @throws InvalidStatusTransition; BadUserInput too early */
  async markNoShow(ctx: RequestContext, id: string): Promise<Appointment> {
    const scope = await this.tenancy.of(ctx, Appointment, 'appointment', id);
    return this.transactions.run(scope, async (tx) => {
      const locked = await this.lockWithHold(tx, id);
      requireTransition(locked.appointment.status, AppointmentStatus.NO_SHOW);
      requireMissed(locked.appointment.startTime, ctx.now());
      return this.end(tx, locked, 'NO_SHOW_APPOINTMENT', { status: AppointmentStatus.NO_SHOW });
    });
  }

  /**
   * The appointment and then the authorization that it holds units of, locked until the transaction ends.
   *
   * @throws NotFound no such appointment in the organization
   */
  async lockWithHold(tx: Tx, id: string): Promise<LockedAppointment> {
    const [appointment, authorization] = await inOrder([
      this.rows.getLocked(tx, id),
      this.ledger.lockNamed(tx, AUTHORIZATION_OF, id),
    ]);
    return { appointment, authorization };
  }

  /** For the session that it has become: holds nothing any more. */
  complete(tx: Tx, appointment: Appointment): Appointment {
    return this.rows.change(tx, appointment, {
      status: AppointmentStatus.COMPLETED,
      unitsReserved: 0,
      version: appointment.version + 1,
      updatedAt: new Date(),
    });
  }

  /** The first call's appointment, as it is now: to whoever repeats the call it is a read. */
  private async readAgain(tx: Tx, id: string): Promise<Appointment> {
    const appointment = await this.rows.get(tx, id);
    this.audit.recordRead(tx, 'appointment', [appointment]);
    return appointment;
  }

  /** Ends it without a visit. What it holds is read under its lock, never taken from a request. */
  private end(
    tx: Tx,
    { appointment, authorization }: LockedAppointment,
    action: string,
    changes: Partial<Appointment>,
  ): Appointment {
    const { id, unitsReserved } = appointment;
    this.ledger.release(tx, authorization, id, unitsReserved);
    return this.save(tx, appointment, action, { ...changes, unitsReserved: 0 }, { unitsReleased: unitsReserved });
  }

  private save(
    tx: Tx,
    appointment: Appointment,
    action: AuditRecord['action'],
    changes: Partial<Appointment>,
    more: object = {},
  ): Appointment {
    const from = appointment.status;
    const saved = this.rows.change(tx, appointment, {
      ...changes,
      version: appointment.version + 1,
      updatedAt: new Date(),
    });
    this.audit.record(tx, { action, ...factsOf(saved, { from, ...more }) });
    return saved;
  }
}
