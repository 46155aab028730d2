import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { LongText } from '../../platform/graphql/lists/long-text.ts';
import { Connection } from '../../platform/graphql/lists/connection.ts';
import { AppointmentStatus } from './appointment-status.ts';
import { ServiceLocation } from './appointment.entity.ts';

registerEnumType(AppointmentStatus, { name: 'AppointmentStatus' });
registerEnumType(ServiceLocation, { name: 'ServiceLocation' });

@ObjectType('Appointment', {
  description: 'A booked visit. While SCHEDULED or IN_PROGRESS it holds units of its authorization.',
})
export class AppointmentType {
  @Field(() => ID) id: string;
  @Field(() => ID) organizationId: string;
  @Field() startTime: Date;
  @Field({ description: 'Exclusive: 9-10 and 10-11 do not touch.' }) endTime: Date;
  @Field(() => Int, { description: 'Whole elapsed minutes from startTime to endTime.' }) durationMinutes: number;
  @Field(() => AppointmentStatus) status: AppointmentStatus;
  @Field(() => Int, { description: 'Units now held for this appointment; 0 once cancelled, completed or a no-show.' })
  unitsReserved: number;
  @Field(() => ServiceLocation, { nullable: true }) location: ServiceLocation | null;
  @LongText(10_000) @Field(() => String, { nullable: true }) notes: string | null;
  @Field(() => String, { nullable: true, description: 'RFC 5545 RRULE, kept as given.' }) recurrenceRule: string | null;
  @Field(() => Date, { nullable: true }) startedAt: Date | null;
  @Field(() => Date, { nullable: true }) cancelledAt: Date | null;
  @Field(() => String, { nullable: true }) cancellationReason: string | null;
  @Field(() => Int, { description: 'Counts changes, for expectedVersion.' }) version: number;
  @Field() createdAt: Date;
  @Field() updatedAt: Date;
}

@ObjectType()
export class AppointmentConnection extends Connection(AppointmentType, 'Appointment') {}
