import { Field, ID, InputType } from '@nestjs/graphql';
import { IsUrl } from 'class-validator';
import { IsJsonObject, JSONObjectScalar } from '../../platform/graphql/inputs/json.ts';
import { IsId, IsLine, IsText, Optional } from '../../platform/graphql/inputs/validation.ts';
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

  @Field(() => String, { nullable: true })
  @Optional()
  @IsLine({ max: 2_000 })
  @IsUrl(
    { protocols: ['https', 'http', 's3', 'gs'], require_protocol: true, require_tld: false },
    { message: 'must be a URL' },
  )
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
  @Field(() => [SessionStatus], { nullable: true }) status?: SessionStatus[] | null;
  @Field(() => Date, { nullable: true }) from?: Date | null;
  @Field(() => Date, { nullable: true }) to?: Date | null;
}
