import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { Organization } from '../../people/organizations/organization.entity.ts';
import { Patient } from '../../people/patients/patient.entity.ts';
import type { LocalDate } from '../../foundation/time/local-date.ts';
import { availableUnits, type Balance } from './balance.ts';

/** Units that a payer approved for one patient. Its balances are written by AuthorizationLedger and by nobody else. */
@Entity('authorizations')
@Unique('authorizations_of_patient', ['organizationId', 'patientId', 'id'])
@Index('authorizations_everywhere', ['id'])
@Index('authorizations_by_dates', ['organizationId', 'endDate', 'startDate'])
@Check(
  'authorizations_never_overdrawn',
  'reserved_units >= 0 AND used_units >= 0 AND reserved_units::bigint + used_units <= total_units',
)
@Check('authorizations_total', 'total_units BETWEEN 1 AND 1000000')
@Check('authorizations_dates', 'end_date >= start_date')
@Check('authorizations_cancelled_free', 'cancelled_at IS NULL OR reserved_units = 0')
export class Authorization {
  @PrimaryColumn('uuid', { name: 'organization_id', primaryKeyConstraintName: 'authorizations_key' })
  organizationId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'authorizations_key' }) id: string;
  @Column('uuid', { name: 'patient_id' }) patientId: string;
  @Column('text', { name: 'authorization_number', nullable: true }) authorizationNumber: string | null;
  @Column('text', { name: 'payer_name', nullable: true }) payerName: string | null;
  @Column('int', { name: 'total_units' }) totalUnits: number;
  @Column('int', { name: 'reserved_units', default: 0 }) reservedUnits: number;
  @Column('int', { name: 'used_units', default: 0 }) usedUnits: number;
  /** The newest entry's number. */
  @Column('int', { name: 'entry_seq', default: 0 }) entrySeq: number;
  @Column({ type: 'timestamptz', name: 'last_entry_at', nullable: true }) lastEntryAt: Date | null;
  @Column('date', { name: 'start_date' }) startDate: LocalDate;
  @Column('date', { name: 'end_date' }) endDate: LocalDate;
  @Column({ type: 'timestamptz', name: 'cancelled_at', precision: 3, nullable: true }) cancelledAt: Date | null;
  @Column('text', { name: 'cancellation_reason', nullable: true }) cancellationReason: string | null;
  /** Counts changes of the authorization itself; bookings move units and leave it alone. */
  @Column('int') version: number;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 }) updatedAt: Date;

  @ManyToOne(() => Patient, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'authorizations_patient',
    },
    { name: 'patient_id', referencedColumnName: 'id', foreignKeyConstraintName: 'authorizations_patient' },
  ])
  patient?: Patient;

  /** For the zone that its dates are of; the patient's key holds it to the organization. */
  @ManyToOne(() => Organization, { nullable: false, createForeignKeyConstraints: false })
  @JoinColumn({ name: 'organization_id' })
  organization?: Organization;

  get balance(): Balance {
    return { total: this.totalUnits, reserved: this.reservedUnits, used: this.usedUnits };
  }

  get availableUnits(): number {
    return availableUnits(this.balance);
  }
}
