import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { Organization } from '../../people/organizations/organization.entity.ts';
import type { UnitRule } from './units.ts';

@Entity('service_codes')
@Unique('service_codes_code', ['organizationId', 'code'])
@Check('service_codes_rule', 'unit_minutes > 0 AND round_up_at_minutes > 0 AND zero_below_minutes >= 0')
export class ServiceCode implements UnitRule {
  @PrimaryColumn('uuid', { name: 'organization_id', primaryKeyConstraintName: 'service_codes_key' })
  organizationId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'service_codes_key' }) id: string;
  @Column({ type: 'text', collation: 'C' }) code: string;
  @Column('text') description: string;
  @Column('boolean') timed: boolean;
  @Column('int', { name: 'unit_minutes' }) unitMinutes: number;
  @Column('int', { name: 'round_up_at_minutes' }) roundUpAtMinutes: number;
  @Column('int', { name: 'zero_below_minutes' }) zeroBelowMinutes: number;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 }) updatedAt: Date;

  @ManyToOne(() => Organization, { nullable: false })
  @JoinColumn({ name: 'organization_id', foreignKeyConstraintName: 'service_codes_organization' })
  organization?: Organization;
}
