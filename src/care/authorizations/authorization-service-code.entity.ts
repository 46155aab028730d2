import { Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { ServiceCode } from '../service-codes/service-code.entity.ts';
import { Authorization } from './authorization.entity.ts';

const KEY = 'authorization_service_codes_key';

/** That an authorization covers a service code. */
@Entity('authorization_service_codes')
@Index('authorization_service_codes_by_code', ['organizationId', 'serviceCodeId', 'authorizationId'])
export class AuthorizationServiceCode {
  @PrimaryColumn('uuid', { name: 'organization_id', primaryKeyConstraintName: KEY }) organizationId: string;
  @PrimaryColumn('uuid', { name: 'authorization_id', primaryKeyConstraintName: KEY }) authorizationId: string;
  @PrimaryColumn('uuid', { name: 'service_code_id', primaryKeyConstraintName: KEY }) serviceCodeId: string;

  @ManyToOne(() => Authorization, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'authorization_service_codes_authorization',
    },
    {
      name: 'authorization_id',
      referencedColumnName: 'id',
      foreignKeyConstraintName: 'authorization_service_codes_authorization',
    },
  ])
  authorization?: Authorization;

  @ManyToOne(() => ServiceCode, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'authorization_service_codes_code',
    },
    {
      name: 'service_code_id',
      referencedColumnName: 'id',
      foreignKeyConstraintName: 'authorization_service_codes_code',
    },
  ])
  serviceCode?: ServiceCode;
}
