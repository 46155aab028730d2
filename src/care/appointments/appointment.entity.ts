import { Check, Column, Entity, Exclusion, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { AuthorizationServiceCode } from '../authorizations/authorization-service-code.entity.ts';
import { Authorization } from '../authorizations/authorization.entity.ts';
import { minutesBetween } from '../../foundation/time/time-window.ts';
import { Practitioner } from '../../people/practitioners/practitioner.entity.ts';
import type { AppointmentStatus } from './appointment-status.ts';

export enum ServiceLocation {
  CLINIC = 'CLINIC',
  HOME = 'HOME',
  SCHOOL = 'SCHOOL',
  COMMUNITY = 'COMMUNITY',
  TELEHEALTH = 'TELEHEALTH',
}

/** The walls behind the overlap query: no race gets through. */
export const PRACTITIONER_FREE = 'appointments_practitioner_free';
export const PATIENT_FREE = 'appointments_patient_free';

const free = (person: string): string =>
  `USING gist (organization_id WITH =, ${person} WITH =, tstzrange(start_time, end_time) WITH &&) WHERE (status IN ('SCHEDULED', 'IN_PROGRESS'))`;

/** A booked visit. While it is live it holds units of its authorization. */
@Entity('appointments')
@Index('appointments_everywhere', ['startTime', 'id'])
@Index('appointments_by_start', ['organizationId', 'startTime', 'id'])
@Index('appointments_by_practitioner', ['organizationId', 'practitionerId', 'startTime', 'id'])
@Index('appointments_by_patient', ['organizationId', 'patientId', 'startTime', 'id'])
@Index('appointments_by_authorization', ['organizationId', 'authorizationId', 'startTime', 'id'])
@Index('appointments_by_status', ['organizationId', 'status', 'startTime', 'id'])
@Check('appointments_status', `status IN ('SCHEDULED', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'NO_SHOW')`)
@Check('appointments_location', `location IN ('CLINIC', 'HOME', 'SCHOOL', 'COMMUNITY', 'TELEHEALTH')`)
@Check('appointments_length', `end_time > start_time AND end_time - start_time <= interval '12 hours'`)
@Check(
  'appointments_hold_while_live',
  `units_reserved >= 0 AND (status IN ('SCHEDULED', 'IN_PROGRESS')) = (units_reserved > 0)`,
)
@Exclusion(PRACTITIONER_FREE, free('practitioner_id'))
@Exclusion(PATIENT_FREE, free('patient_id'))
export class Appointment {
  @PrimaryColumn('uuid', { name: 'organization_id', primaryKeyConstraintName: 'appointments_key' })
  organizationId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'appointments_key' }) id: string;
  @Column('uuid', { name: 'patient_id' }) patientId: string;
  @Column('uuid', { name: 'practitioner_id' }) practitionerId: string;
  @Column('uuid', { name: 'authorization_id' }) authorizationId: string;
  @Column('uuid', { name: 'service_code_id' }) serviceCodeId: string;
  @Column({ type: 'timestamptz', name: 'start_time', precision: 3 }) startTime: Date;
  @Column({ type: 'timestamptz', name: 'end_time', precision: 3 }) endTime: Date;
  @Column('text') status: AppointmentStatus;
  /** What it holds now; the ledger's entries of this appointment add up to it. */
  @Column('int', { name: 'units_reserved' }) unitsReserved: number;
  @Column('text', { nullable: true }) location: ServiceLocation | null;
  @Column('text', { nullable: true }) notes: string | null;
  @Column('text', { name: 'recurrence_rule', nullable: true }) recurrenceRule: string | null;
  @Column({ type: 'timestamptz', name: 'started_at', precision: 3, nullable: true }) startedAt: Date | null;
  @Column({ type: 'timestamptz', name: 'cancelled_at', precision: 3, nullable: true }) cancelledAt: Date | null;
  @Column('text', { name: 'cancellation_reason', nullable: true }) cancellationReason: string | null;
  @Column('int') version: number;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 }) updatedAt: Date;

  get durationMinutes(): number {
    return minutesBetween(this.startTime, this.endTime);
  }

  @ManyToOne(() => Practitioner, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'appointments_practitioner',
    },
    { name: 'practitioner_id', referencedColumnName: 'id', foreignKeyConstraintName: 'appointments_practitioner' },
  ])
  practitioner?: Practitioner;

  /** The patient is part of the key: an appointment cannot use another patient's authorization. */
  @ManyToOne(() => Authorization, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'appointments_authorization',
    },
    { name: 'patient_id', referencedColumnName: 'patientId', foreignKeyConstraintName: 'appointments_authorization' },
    { name: 'authorization_id', referencedColumnName: 'id', foreignKeyConstraintName: 'appointments_authorization' },
  ])
  authorization?: Authorization;

  /** Only a code that the authorization covers. */
  @ManyToOne(() => AuthorizationServiceCode, { nullable: false })
  @JoinColumn([
    {
      name: 'organization_id',
      referencedColumnName: 'organizationId',
      foreignKeyConstraintName: 'appointments_service_code',
    },
    {
      name: 'authorization_id',
      referencedColumnName: 'authorizationId',
      foreignKeyConstraintName: 'appointments_service_code',
    },
    {
      name: 'service_code_id',
      referencedColumnName: 'serviceCodeId',
      foreignKeyConstraintName: 'appointments_service_code',
    },
  ])
  cover?: AuthorizationServiceCode;
}
