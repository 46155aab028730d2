import { Injectable } from '@nestjs/common';
import { Tenancy } from '../access/tenancy.ts';
import { AuditService, type AuditRecord } from '../audit/audit.service.ts';
import { AuthorizationLedger } from '../authorizations/authorization-ledger.service.ts';
import { TenantRepository } from '../database/tenant-repository.ts';
import { Transactions } from '../database/transactions.ts';
import type { Tx } from '../database/tx.ts';
import { requireVersion } from '../errors/domain-error.ts';
import { Idempotency } from '../idempotency/idempotency.service.ts';
import type { RequestContext } from '../request-context/request-context.ts';
import { AppointmentStatus, requireMissed, requireStartable, requireTransition } from './appointment-status.ts';
import { Appointment } from './appointment.entity.ts';
import type { CancelAppointmentInput } from './appointment.inputs.ts';
import { factsOf } from './booking.service.ts';

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
      const appointment = await this.lock(tx, id);
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
        async () => {
          const appointment = await this.lock(tx, input.id);
          requireVersion(appointment.version, input.expectedVersion);
          requireTransition(appointment.status, AppointmentStatus.CANCELLED);
          return this.end(tx, appointment, 'CANCEL_APPOINTMENT', {
            status: AppointmentStatus.CANCELLED,
            cancelledAt: ctx.now(),
            cancellationReason: input.reason ?? null,
          });
        },
        (id) => this.rows.get(tx, id),
      ),
    );
  }

  /** The patient did not come: releases all that it holds. @throws InvalidStatusTransition; BadUserInput too early */
  async markNoShow(ctx: RequestContext, id: string): Promise<Appointment> {
    const scope = await this.tenancy.of(ctx, Appointment, 'appointment', id);
    return this.transactions.run(scope, async (tx) => {
      const appointment = await this.lock(tx, id);
      requireTransition(appointment.status, AppointmentStatus.NO_SHOW);
      requireMissed(appointment.startTime, ctx.now());
      return this.end(tx, appointment, 'NO_SHOW_APPOINTMENT', { status: AppointmentStatus.NO_SHOW });
    });
  }

  /**
   * The appointment, locked until the transaction ends.
   *
   * @throws NotFound no such appointment in the organization
   */
  lock(tx: Tx, id: string): Promise<Appointment> {
    return this.rows.getLocked(tx, id);
  }

  /** For the session that it has become: holds nothing any more. */
  async complete(tx: Tx, appointment: Appointment): Promise<Appointment> {
    return this.rows.update(tx, appointment, {
      status: AppointmentStatus.COMPLETED,
      unitsReserved: 0,
      version: appointment.version + 1,
      updatedAt: new Date(),
    });
  }

  /** Ends it without a visit. What it holds is read under its lock, never taken from a request. */
  private async end(
    tx: Tx,
    appointment: Appointment,
    action: string,
    changes: Partial<Appointment>,
  ): Promise<Appointment> {
    const { id, authorizationId, unitsReserved } = appointment;
    const saved = await this.save(
      tx,
      appointment,
      action,
      { ...changes, unitsReserved: 0 },
      { unitsReleased: unitsReserved },
    );
    await this.ledger.release(tx, { authorizationId, appointmentId: id }, unitsReserved);
    return saved;
  }

  private async save(
    tx: Tx,
    appointment: Appointment,
    action: AuditRecord['action'],
    changes: Partial<Appointment>,
    more: object = {},
  ): Promise<Appointment> {
    const from = appointment.status;
    const saved = await this.rows.update(tx, appointment, {
      ...changes,
      version: appointment.version + 1,
      updatedAt: new Date(),
    });
    await this.audit.record(tx, { action, ...factsOf(saved, { from, ...more }) });
    return saved;
  }
}
