import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { Organization } from '../organizations/organization.entity.ts';
import { Patient } from '../patients/patient.entity.ts';
import { Practitioner } from '../practitioners/practitioner.entity.ts';
import type { Role } from '../../foundation/request-context/request-context.ts';

/** An account. Emails are unique across organizations and kept in lower case. */
@Entity('users')
@Unique('users_email', ['email'])
@Index('users_by_email', ['organizationId', 'email'])
@Index('users_by_activity', ['organizationId', 'active', 'email'])
@Index('users_by_role', ['organizationId', 'role', 'email'])
@Check(
  'users_role',
  `role IN ('ADMIN', 'PRACTITIONER', 'PATIENT') AND (role <> 'PRACTITIONER' OR practitioner_id IS NOT NULL)
   AND (role <> 'PATIENT' OR patient_id IS NOT NULL) AND (NOT is_super_admin OR role = 'ADMIN')`,
)
export class User {
  @PrimaryColumn('uuid', { name: 'organization_id', primaryKeyConstraintName: 'users_key' }) organizationId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_key' }) id: string;
  @Column({ type: 'text', collation: 'C' }) email: string;
  /** argon2id, in PHC string format. */
  @Column('text', { name: 'password_hash' }) passwordHash: string;
  @Column('text') role: Role;
  @Column('boolean', { name: 'is_super_admin', default: false }) isSuperAdmin: boolean;
  @Column('uuid', { name: 'practitioner_id', nullable: true }) practitionerId: string | null;
  @Column('uuid', { name: 'patient_id', nullable: true }) patientId: string | null;
  @Column('boolean', { default: true }) active: boolean;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 }) updatedAt: Date;

  @ManyToOne(() => Organization, { nullable: false })
  @JoinColumn({ name: 'organization_id', foreignKeyConstraintName: 'users_organization' })
  organization?: Organization;

  @ManyToOne(() => Practitioner)
  @JoinColumn([
    { name: 'organization_id', referencedColumnName: 'organizationId', foreignKeyConstraintName: 'users_practitioner' },
    { name: 'practitioner_id', referencedColumnName: 'id', foreignKeyConstraintName: 'users_practitioner' },
  ])
  practitioner?: Practitioner;

  @ManyToOne(() => Patient)
  @JoinColumn([
    { name: 'organization_id', referencedColumnName: 'organizationId', foreignKeyConstraintName: 'users_patient' },
    { name: 'patient_id', referencedColumnName: 'id', foreignKeyConstraintName: 'users_patient' },
  ])
  patient?: Patient;
}
