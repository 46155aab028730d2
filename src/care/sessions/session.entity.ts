import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { Appointment } from '../appointments/appointment.entity.ts';
import { AuthorizationServiceCode } from '../authorizations/authorization-service-code.entity.ts';
import { Authorization } from '../authorizations/authorization.entity.ts';
import { Practitioner } from '../../people/practitioners/practitioner.entity.ts';

export enum SessionStatus {
  IN_PROGRESS = 'IN_PROGRESS',
  COMPLETED = 'COMPLETED',
  REQUIRES_REVIEW = 'REQUIRES_REVIEW',
}

/** A visit that happened: the clinical record, and the units it consumed. */
@Entity('sessions')
@Unique('sessions_one_per_appointment', ['organizationId', 'appointmentId'])
@Index('sessions_everywhere', ['startTime', 'id'])
@Index('sessions_by_start', ['organizationId', 'startTime', 'id'])
@Index('sessions_by_practitioner', ['organizationId', 'practitionerId', 'startTime', 'id'])
@Index('sessions_by_patient', ['organizationId', 'patientId', 'startTime', 'id'])
@Index('sessions_by_authorization', ['organizationId', 'authorizationId', 'startTime', 'id'])
@Index('sessions_by_status', ['organizationId', 'status', 'startTime', 'id'])
@Check('sessions_status', `status IN ('IN_PROGRESS', 'COMPLETED', 'REQUIRES_REVIEW')`)
@Check(
  'sessions_units',
  `units_used >= 0 AND units_unauthorized >= 0 AND (status = 'REQUIRES_REVIEW') = (units_unauthorized > 0)`,
)
export class Session {
  @PrimaryColumn('uuid', { name: 'organization_id', primaryKeyConstraintName: 'sessions_key' }) organizationId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sessions_key' }) id: string;
  @Column('uuid', { name: 'appointment_id' }) appointmentId: string;
  @Column('uuid', { name: 'patient_id' }) patientId: string;
  @Column('uuid', { name: 'practitioner_id' }) practitionerId: string;
  @Column('uuid', { name: 'authorization_id' }) authorizationId: string;
  @Column('uuid', { name: 'service_code_id' }) serviceCodeId: string;
  @Column({ type: 'timestamptz', name: 'start_time', precision: 3 }) startTime: Date;
  @Column({ type: 'timestamptz', name: 'end_time', precision: 3, nullable: true }) endTime: Date | null;
  @Column('int', { name: 'duration_minutes', nullable: true }) durationMinutes: number | null;
  @Column('int', { name: 'units_used' }) unitsUsed: number;
  @Column('int', { name: 'units_unauthorized' }) unitsUnauthorized: number;
  @Column('text') status: SessionStatus;
  @Column('text', { name: 'narrative_notes', nullable: true }) narrativeNotes: string | null;
  @Column('text', { name: 'voice_recording_url', nullable: true }) voiceRecordingUrl: string | null;
  @Column('json', { nullable: true }) metrics: Record<string, unknown> | null;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 }) updatedAt: Date;

  @ManyToOne(() => Appointment, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'sessions_appointment',
    },
    { name: 'appointment_id', referencedColumnName: 'id', foreignKeyConstraintName: 'sessions_appointment' },
  ])
  appointment?: Appointment;

  @ManyToOne(() => Practitioner, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'sessions_practitioner',
    },
    { name: 'practitioner_id', referencedColumnName: 'id', foreignKeyConstraintName: 'sessions_practitioner' },
  ])
  practitioner?: Practitioner;

  @ManyToOne(() => Authorization, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'sessions_authorization',
    },
    { name: 'patient_id', referencedColumnName: 'patientId', foreignKeyConstraintName: 'sessions_authorization' },
    { name: 'authorization_id', referencedColumnName: 'id', foreignKeyConstraintName: 'sessions_authorization' },
  ])
  authorization?: Authorization;

  @ManyToOne(() => AuthorizationServiceCode, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'sessions_service_code',
    },
    {
      name: 'authorization_id',
      referencedColumnName: 'authorizationId',
      foreignKeyConstraintName: 'sessions_service_code',
    },
    {
      name: 'service_code_id',
      referencedColumnName: 'serviceCodeId',
      foreignKeyConstraintName: 'sessions_service_code',
    },
  ])
  cover?: AuthorizationServiceCode;
}
