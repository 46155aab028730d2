import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A practice: the tenant that everything else belongs to. */
@Entity('organizations')
export class Organization {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'organizations_key' }) id: string;
  @Column('text') name: string;
  /** IANA name; every local date of the organization is a date of this zone. */
  @Column('text', { name: 'time_zone' }) timeZone: string;
  /** Its admins and practitioners sign in with a second factor, or not at all. */
  @Column('boolean', { name: 'staff_second_factor_required', default: false }) staffSecondFactorRequired: boolean;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 }) createdAt: Date;
}
