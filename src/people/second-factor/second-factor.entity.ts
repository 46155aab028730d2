import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import { User } from '../users/user.entity.ts';

/** The authenticator app of a user, under the user's id. Without `confirmedAt` it is being enrolled and asks nothing. */
@Entity('second_factors')
export class SecondFactor {
  @PrimaryColumn('uuid', { name: 'organization_id', primaryKeyConstraintName: 'second_factors_key' })
  organizationId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'second_factors_key' }) id: string;
  /** Sealed (sealing.service.ts): who reads the table can make no codes. */
  @Column('bytea') secret: Buffer;
  @Column({ type: 'timestamptz', name: 'confirmed_at', precision: 3, nullable: true }) confirmedAt: Date | null;
  /** The time step of the code that served last. */
  @Column('int', { name: 'last_step' }) lastStep: number;
  @Column('bytea', { name: 'recovery_hashes', array: true }) recoveryHashes: Buffer[];
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 }) createdAt: Date;

  @OneToOne(() => User, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'second_factors_user',
    },
    { name: 'id', referencedColumnName: 'id', foreignKeyConstraintName: 'second_factors_user' },
  ])
  user?: User;
}
