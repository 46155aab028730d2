import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { Organization } from '../organizations/organization.entity.ts';

@Entity('patients')
@Unique('patients_medical_record_number', ['organizationId', 'medicalRecordNumberKey'])
@Index('patients_by_name', ['organizationId', 'lastNameKey', 'firstNameKey', 'id'])
@Index('patients_everywhere', ['lastNameKey', 'firstNameKey', 'id'])
@Index('patients_by_first_name', ['organizationId', 'firstNameKey'])
export class Patient {
  @PrimaryColumn('uuid', { name: 'organization_id', primaryKeyConstraintName: 'patients_key' }) organizationId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'patients_key' }) id: string;
  @Column('text', { name: 'first_name' }) firstName: string;
  @Column('text', { name: 'last_name' }) lastName: string;
  /** What lists sort and search by: the name in lower case, without accents. */
  @Column({ type: 'text', name: 'first_name_key', collation: 'C' }) firstNameKey: string;
  @Column({ type: 'text', name: 'last_name_key', collation: 'C' }) lastNameKey: string;
  @Column('date', { name: 'date_of_birth' }) dateOfBirth: string;
  @Column('text', { name: 'medical_record_number' }) medicalRecordNumber: string;
  @Column({ type: 'text', name: 'medical_record_number_key', collation: 'C' }) medicalRecordNumberKey: string;
  @Column('text', { name: 'phone_number', nullable: true }) phoneNumber: string | null;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 }) updatedAt: Date;

  @ManyToOne(() => Organization, { nullable: false })
  @JoinColumn({ name: 'organization_id', foreignKeyConstraintName: 'patients_organization' })
  organization?: Organization;
}
