import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { User } from './user.entity.ts';

/** Why a sign-in is over. */
export enum EndReason {
  LOGOUT = 'LOGOUT',
  /** A spent refresh token came again: it, or the one that replaced it, is in somebody else's hands. */
  REUSE = 'REUSE',
  PASSWORD_CHANGE = 'PASSWORD_CHANGE',
  DEACTIVATION = 'DEACTIVATION',
  SECOND_FACTOR_RESET = 'SECOND_FACTOR_RESET',
  /** The user set up a second factor at another sign-in. */
  SECOND_FACTOR_SET_UP = 'SECOND_FACTOR_SET_UP',
  /** Its refresh tokens are over; an access token lives out its minutes, with the rights of the new role. */
  ROLE_CHANGE = 'ROLE_CHANGE',
}

/** A login and all that descends from it: one refresh token after the other, and the access tokens. */
@Entity('sign_ins')
@Index('sign_ins_by_user', ['organizationId', 'userId'])
@Index('sign_ins_by_age', ['createdAt'])
@Check('sign_ins_ended', '(ended_at IS NULL) = (end_reason IS NULL)')
export class SignIn {
  @PrimaryColumn('uuid', { name: 'organization_id', primaryKeyConstraintName: 'sign_ins_key' }) organizationId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sign_ins_key' }) id: string;
  @Column('uuid', { name: 'user_id' }) userId: string;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'ended_at', precision: 3, nullable: true }) endedAt: Date | null;
  @Column('text', { name: 'end_reason', nullable: true }) endReason: EndReason | null;
  /** Whether a second factor was proved: at the login, or by setting one up in it. */
  @Column('boolean', { name: 'second_factor', default: false }) secondFactor: boolean;
  /** When its user last showed who they are, by the database's clock: at the login, or by confirmIdentity since. */
  @Column({ type: 'timestamptz', name: 'confirmed_at', precision: 3, default: () => 'clock_timestamp()' })
  confirmedAt: Date;

  @ManyToOne(() => User, { nullable: false })
  @JoinColumn([
    { name: 'organization_id', referencedColumnName: 'organizationId', foreignKeyConstraintName: 'sign_ins_user' },
    { name: 'user_id', referencedColumnName: 'id', foreignKeyConstraintName: 'sign_ins_user' },
  ])
  user?: User;
}
