import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { AuditOutcome } from '../../rules/audit/audit.service.ts';

/**
 * An event as it is read; audit/ writes it. The table is a roof over partitions of a month, so its key begins with the
 * instant; the id alone is unique, too.
 */
@Entity('audit_events')
@Check('audit_events_outcome', `outcome IN ('SUCCESS', 'DENIED', 'FAILURE')`)
@Index('audit_events_by_organization', ['organizationId', 'occurredAt'])
@Index('audit_events_by_patient', ['patientId', 'occurredAt'], { where: 'patient_id IS NOT NULL' })
@Index('audit_events_by_actor', ['actorId', 'occurredAt'], { where: 'actor_id IS NOT NULL' })
@Index('audit_events_by_resource', ['resourceId', 'occurredAt'], { where: 'resource_id IS NOT NULL' })
export class AuditEvent {
  /** By the database's clock, which the application cannot set back. */
  @PrimaryColumn({
    type: 'timestamptz',
    precision: 3,
    name: 'occurred_at',
    default: () => 'clock_timestamp()',
    primaryKeyConstraintName: 'audit_events_key',
  })
  occurredAt: Date;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'audit_events_key' }) id: string;
  /** Null for what belongs to no organization, such as a login with an email that nobody has. */
  @Column('uuid', { name: 'organization_id', nullable: true }) organizationId: string | null;
  @Column('uuid', { name: 'actor_id', nullable: true }) actorId: string | null;
  @Column('text', { name: 'actor_role', nullable: true }) actorRole: string | null;
  @Column('text') action: string;
  @Column('text') resource: string;
  @Column('uuid', { name: 'resource_id', nullable: true }) resourceId: string | null;
  @Column('uuid', { name: 'patient_id', nullable: true }) patientId: string | null;
  @Column('text') outcome: AuditOutcome;
  @Column('text', { name: 'ip_address', nullable: true }) ipAddress: string | null;
  @Column('text', { name: 'request_id', nullable: true }) requestId: string | null;
  @Column('json', { nullable: true }) details: Record<string, unknown> | null;
}
