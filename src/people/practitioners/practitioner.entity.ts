import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Organization } from '../organizations/organization.entity.ts';

@Entity('practitioners')
@Index('practitioners_by_name', ['organizationId', 'lastNameKey', 'firstNameKey', 'id'])
@Index('practitioners_everywhere', ['lastNameKey', 'firstNameKey', 'id'])
@Index('practitioners_by_first_name', ['organizationId', 'firstNameKey'])
export class Practitioner {
  @PrimaryColumn('uuid', { name: 'organization_id', primaryKeyConstraintName: 'practitioners_key' })
  organizationId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'practitioners_key' }) id: string;
  @Column('text', { name: 'first_name' }) firstName: string;
  @Column('text', { name: 'last_name' }) lastName: string;
  /** What lists sort and search by: the name in lower case, without accents. */
  @Column({ type: 'text', name: 'first_name_key', collation: 'C' }) firstNameKey: string;
  @Column({ type: 'text', name: 'last_name_key', collation: 'C' }) lastNameKey: string;
  @Column('text', { name: 'license_number' }) licenseNumber: string;
  @Column('text') specialization: string;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 }) updatedAt: Date;

  @ManyToOne(() => Organization, { nullable: false })
  @JoinColumn({ name: 'organization_id', foreignKeyConstraintName: 'practitioners_organization' })
  organization?: Organization;
}
