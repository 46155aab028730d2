import { Field, ID, InputType } from '@nestjs/graphql';
import { IsJsonObject, JSONObjectScalar } from '../../platform/graphql/inputs/json.ts';
import { AnyOf } from '../../platform/graphql/inputs/value-lists.ts';
import { IsHttpsUrl, IsId, IsLine, IsText, Optional } from '../../platform/graphql/inputs/validation.ts';
import { SessionStatus } from './session.entity.ts';

@InputType({
  description: `Completes a SCHEDULED or IN_PROGRESS appointment that is over. Without actual times the scheduled ones count. Units follow the actual
duration: fewer than reserved releases the rest; more takes the difference from what is available, and what finds no room
is kept as unitsUnauthorized with status REQUIRES_REVIEW, since care that happened must be on record. Completing an
appointment again is INVALID_STATUS_TRANSITION unless the idempotencyKey is the first call's.`,
})
export class CompleteAppointmentInput {
  @Field(() => ID) @IsId() appointmentId: string;
  @Field(() => Date, { nullable: true }) actualStartTime?: Date | null;
  @Field(() => Date, { nullable: true }) actualEndTime?: Date | null;
  @Field(() => String, { nullable: true }) @Optional() @IsText({ min: 0, max: 100_000 }) narrativeNotes?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A URL of https without user name and password, kept as it is sent. Up to 2,000 characters, none of them a space.',
  })
  @Optional()
  @IsHttpsUrl({ max: 2_000 })
  voiceRecordingUrl?: string | null;

  @Field(() => JSONObjectScalar, { nullable: true })
  @Optional()
  @IsJsonObject({ maxBytes: 100_000 })
  metrics?: Record<string, unknown> | null;

  @Field(() => String, { nullable: true }) @Optional() @IsLine({ max: 255 }) idempotencyKey?: string | null;
}

@InputType({ description: 'Sessions that overlap from <= t < to, oldest first by (startTime, id).' })
export class SessionFilter {
  @Field(() => ID, { nullable: true }) @Optional() @IsId() organizationId?: string | null;
  @Field(() => ID, { nullable: true }) @Optional() @IsId() patientId?: string | null;
  @Field(() => ID, { nullable: true }) @Optional() @IsId() practitionerId?: string | null;
  @Field(() => ID, { nullable: true }) @Optional() @IsId() authorizationId?: string | null;
  @AnyOf() @Field(() => [SessionStatus], { nullable: true }) status?: SessionStatus[] | null;
  @Field(() => Date, { nullable: true, description: 'Those that end after this instant.' }) from?: Date | null;
  @Field(() => Date, { nullable: true, description: 'Those that start before this instant.' }) to?: Date | null;
}
