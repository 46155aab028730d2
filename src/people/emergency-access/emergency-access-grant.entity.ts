import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Patient } from '../patients/patient.entity.ts';
import { User } from '../users/user.entity.ts';

/**
 * Break-the-glass: read access of one user to one patient's sessions, for a while. Never deleted, and but for its one
 * revocation never changed: for the application by its rights, for everybody by triggers.
 */
@Entity('emergency_access_grants')
@Index('emergency_access_grants_by_grantee', ['organizationId', 'grantedToId', 'expiresAt'])
@Index('emergency_access_grants_by_creation', ['organizationId', 'createdAt', 'id'])
@Index('emergency_access_grants_everywhere', ['createdAt', 'id'])
@Check(
  'emergency_access_grants_justification',
  `char_length(justification) <= 500 AND char_length(btrim(justification, E' \\t\\r\\n')) >= 25`,
)
@Check('emergency_access_grants_duration', 'expires_at - created_at is one of the durations: see the migration')
@Check('emergency_access_grants_revocation', '(revoked_at IS NULL) = (revocation_reason IS NULL)')
export class EmergencyAccessGrant {
  @PrimaryColumn('uuid', { name: 'organization_id', primaryKeyConstraintName: 'emergency_access_grants_key' })
  organizationId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'emergency_access_grants_key' }) id: string;
  @Column('uuid', { name: 'patient_id' }) patientId: string;
  @Column('uuid', { name: 'granted_to_id' }) grantedToId: string;
  /** Another one than the grant's own where a super admin granted. */
  @Column('uuid', { name: 'granted_by_organization_id' }) grantedByOrganizationId: string;
  @Column('uuid', { name: 'granted_by_id' }) grantedById: string;
  /** May hold patient data: it is in no event and in no log. */
  @Column('text') justification: string;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 }) createdAt: Date;
  /** Exclusive: at this instant it has ended. */
  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 }) expiresAt: Date;
  @Column({ type: 'timestamptz', name: 'revoked_at', precision: 3, nullable: true }) revokedAt: Date | null;
  @Column('text', { name: 'revocation_reason', nullable: true }) revocationReason: string | null;

  @ManyToOne(() => Patient, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'emergency_access_grants_patient',
    },
    { name: 'patient_id', referencedColumnName: 'id', foreignKeyConstraintName: 'emergency_access_grants_patient' },
  ])
  patient?: Patient;

  @ManyToOne(() => User, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'emergency_access_grants_granted_to',
    },
    {
      name: 'granted_to_id',
      referencedColumnName: 'id',
      foreignKeyConstraintName: 'emergency_access_grants_granted_to',
    },
  ])
  grantedTo?: User;

  @ManyToOne(() => User, { nullable: false })
  @JoinColumn([
    {
      name: 'granted_by_organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'emergency_access_grants_granted_by',
    },
    {
      name: 'granted_by_id',
      referencedColumnName: 'id',
      foreignKeyConstraintName: 'emergency_access_grants_granted_by',
    },
  ])
  grantedBy?: User;
}
