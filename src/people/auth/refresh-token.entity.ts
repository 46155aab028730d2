import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { SignIn } from '../users/sign-in.entity.ts';
import { User } from '../users/user.entity.ts';

/** A refresh token, of which only the hash is kept: who reads the table cannot sign in with it. */
@Entity('refresh_tokens')
@Unique('refresh_tokens_hash', ['tokenHash'])
@Index('refresh_tokens_by_user', ['organizationId', 'userId'])
@Index('refresh_tokens_by_sign_in', ['organizationId', 'signInId'])
@Index('refresh_tokens_by_expiry', ['expiresAt'])
export class RefreshToken {
  @PrimaryColumn('uuid', { name: 'organization_id', primaryKeyConstraintName: 'refresh_tokens_key' })
  organizationId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'refresh_tokens_key' }) id: string;
  @Column('uuid', { name: 'user_id' }) userId: string;
  @Column('uuid', { name: 'sign_in_id' }) signInId: string;
  /** SHA-256. The token is 32 random bytes, so no slow hash is needed. */
  @Column('bytea', { name: 'token_hash' }) tokenHash: Buffer;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 }) expiresAt: Date;
  @Column({ type: 'timestamptz', name: 'spent_at', precision: 3, nullable: true }) spentAt: Date | null;

  @ManyToOne(() => User, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'refresh_tokens_user',
    },
    { name: 'user_id', referencedColumnName: 'id', foreignKeyConstraintName: 'refresh_tokens_user' },
  ])
  user?: User;

  @ManyToOne(() => SignIn, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'refresh_tokens_sign_in',
    },
    { name: 'sign_in_id', referencedColumnName: 'id', foreignKeyConstraintName: 'refresh_tokens_sign_in' },
  ])
  signIn?: SignIn;
}
