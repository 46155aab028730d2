import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { Authorization } from './authorization.entity.ts';
import type { LedgerEntryKind } from './balance.ts';

/** One movement of units. Append-only: for the application by its rights, for everybody by a trigger. */
@Entity('ledger_entries')
@Unique('ledger_entries_seq', ['organizationId', 'authorizationId', 'seq'])
@Index('ledger_entries_by_appointment', ['organizationId', 'appointmentId', 'authorizationId', 'seq'])
@Index('ledger_entries_consumed_once', ['organizationId', 'appointmentId'], { unique: true, where: `kind = 'CONSUME'` })
@Check('ledger_entries_kind', 'the signs of each kind: see the migration')
@Check(
  'ledger_entries_balances',
  'reserved_after >= 0 AND used_after >= 0 AND reserved_after::bigint + used_after <= total_after',
)
@Check('ledger_entries_held', '(appointment_id IS NULL) = (held_after IS NULL) AND held_after >= 0')
export class LedgerEntry {
  @PrimaryColumn('uuid', { name: 'organization_id', primaryKeyConstraintName: 'ledger_entries_key' })
  organizationId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'ledger_entries_key' }) id: string;
  @Column('uuid', { name: 'authorization_id' }) authorizationId: string;
  /** 1, 2, 3 ... in each authorization, without gaps: a missing lock would show as a doubled number. */
  @Column('int') seq: number;
  @Column('text') kind: LedgerEntryKind;
  @Column('int') units: number;
  @Column('int', { name: 'total_delta' }) totalDelta: number;
  @Column('int', { name: 'reserved_delta' }) reservedDelta: number;
  @Column('int', { name: 'used_delta' }) usedDelta: number;
  @Column('int', { name: 'total_after' }) totalAfter: number;
  @Column('int', { name: 'reserved_after' }) reservedAfter: number;
  @Column('int', { name: 'used_after' }) usedAfter: number;
  @Column('uuid', { name: 'appointment_id', nullable: true }) appointmentId: string | null;
  /** Units of this authorization that the appointment still holds; worked out by the database itself. */
  @Column('int', { name: 'held_after', nullable: true }) heldAfter: number | null;
  @Column('uuid', { name: 'actor_id', nullable: true }) actorId: string | null;
  @Column('text', { nullable: true }) reason: string | null;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;

  @ManyToOne(() => Authorization, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'ledger_entries_authorization',
    },
    { name: 'authorization_id', referencedColumnName: 'id', foreignKeyConstraintName: 'ledger_entries_authorization' },
  ])
  authorization?: Authorization;

  /** By its name: authorizations/ knows nothing of appointments/. Only the foreign key matters, nobody loads it. */
  @ManyToOne('Appointment', { nullable: true })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'ledger_entries_appointment',
    },
    { name: 'appointment_id', referencedColumnName: 'id', foreignKeyConstraintName: 'ledger_entries_appointment' },
  ])
  appointment?: object;
}
