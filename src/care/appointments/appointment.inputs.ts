import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { Matches } from 'class-validator';
import { AnyOf } from '../../platform/graphql/inputs/value-lists.ts';
import { IsId, IsLine, IsText, Optional } from '../../platform/graphql/inputs/validation.ts';
import { NullClears } from '../../rules/idempotency/null-clears.ts';
import { AppointmentStatus } from './appointment-status.ts';
import { ServiceLocation } from './appointment.entity.ts';

const A_CODE = /^[A-Za-z0-9.-]{1,20}$/;
const KEY = '1 to 255 characters. The same key and input again gives the object of the first call and changes nothing.';

@InputType({
  description: `Every input with an idempotencyKey (1 to 255 characters, scoped to the user, the object's organization and the
operation, kept at least 24 hours): the same key and input again, even at the same time or after a crash, gives the object of the
first call, its fields read anew, and changes nothing. Null is the same as left out, unless it clears. A call that was refused leaves its key free.`,
})
export class CreateAppointmentInput {
  @Field(() => ID) @IsId() patientId: string;
  @Field(() => ID) @IsId() practitionerId: string;
  @Field(() => ID) @IsId() authorizationId: string;

  @Field(() => String, {
    nullable: true,
    description: "One of the authorization's codes; may be left out where it has just one.",
  })
  @Optional()
  @Matches(A_CODE, { message: 'must be a service code' })
  serviceCode?: string | null;

  @Field() startTime: Date;
  @Field({ description: 'On the same local date, or midnight at its end; 1 minute to 12 hours later.' }) endTime: Date;
  @Field(() => ServiceLocation, { nullable: true }) location?: ServiceLocation | null;
  @Field(() => String, { nullable: true }) @Optional() @IsText({ min: 0, max: 10_000 }) notes?: string | null;
  @Field(() => String, { nullable: true }) @Optional() @IsText({ max: 1_000 }) recurrenceRule?: string | null;
  @Field(() => String, { nullable: true, description: KEY }) @Optional() @IsLine({ max: 255 }) idempotencyKey?:
    string | null;
}

@InputType({
  description:
    'What is left out, or null, stays as it is; null clears notes and location. A new time or authorization moves the reservation in the same transaction: more units are reserved, fewer released, none lost.',
})
export class UpdateAppointmentInput {
  @Field(() => ID) @IsId() id: string;
  @Field(() => ID, { nullable: true }) @Optional() @IsId() practitionerId?: string | null;
  @Field(() => ID, { nullable: true }) @Optional() @IsId() authorizationId?: string | null;

  @Field(() => String, { nullable: true })
  @Optional()
  @Matches(A_CODE, { message: 'must be a service code' })
  serviceCode?: string | null;

  @Field(() => Date, { nullable: true }) startTime?: Date | null;
  @Field(() => Date, { nullable: true }) endTime?: Date | null;
  @Field(() => ServiceLocation, { nullable: true }) @NullClears() location?: ServiceLocation | null;

  @Field(() => String, { nullable: true })
  @NullClears()
  @Optional()
  @IsText({ min: 0, max: 10_000 })
  notes?: string | null;

  @Field(() => Int, { nullable: true }) expectedVersion?: number | null;
  @Field(() => String, { nullable: true, description: KEY }) @Optional() @IsLine({ max: 255 }) idempotencyKey?:
    string | null;
}

@InputType()
export class CancelAppointmentInput {
  @Field(() => ID) @IsId() id: string;
  @Field(() => String, { nullable: true }) @Optional() @IsText({ max: 1_000 }) reason?: string | null;
  @Field(() => Int, { nullable: true }) expectedVersion?: number | null;
  @Field(() => String, { nullable: true, description: KEY }) @Optional() @IsLine({ max: 255 }) idempotencyKey?:
    string | null;
}

@InputType({ description: 'Appointments that overlap from <= t < to, oldest first by (startTime, id).' })
export class AppointmentFilter {
  @Field(() => ID, { nullable: true }) @Optional() @IsId() organizationId?: string | null;
  @Field(() => ID, { nullable: true }) @Optional() @IsId() patientId?: string | null;
  @Field(() => ID, { nullable: true }) @Optional() @IsId() practitionerId?: string | null;
  @Field(() => ID, { nullable: true }) @Optional() @IsId() authorizationId?: string | null;
  @AnyOf() @Field(() => [AppointmentStatus], { nullable: true }) status?: AppointmentStatus[] | null;
  @Field(() => Date, { nullable: true, description: 'Those that end after this instant.' }) from?: Date | null;
  @Field(() => Date, { nullable: true, description: 'Those that start before this instant.' }) to?: Date | null;
}
