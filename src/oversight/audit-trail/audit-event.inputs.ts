import { Field, ID, InputType } from '@nestjs/graphql';
import { Matches } from 'class-validator';
import { AuditOutcome } from '../../rules/audit/audit.service.ts';
import { AnyOf } from '../../platform/graphql/inputs/value-lists.ts';
import { IsId, IsLine, Optional } from '../../platform/graphql/inputs/validation.ts';

@InputType({ description: 'Events of from <= occurredAt < to, newest first by (occurredAt, id).' })
export class AuditEventFilter {
  @Field(() => ID, {
    nullable: true,
    description: 'For super admins, who otherwise see every organization; from others it must be their own.',
  })
  @Optional()
  @IsId()
  organizationId?: string | null;

  @Field(() => ID, { nullable: true, description: 'A user, also one who is gone.' })
  @Optional()
  @IsId()
  actorId?: string | null;

  @Field(() => ID, { nullable: true }) @Optional() @IsId() patientId?: string | null;

  @Field(() => [String], { nullable: true, description: 'Any of these.' })
  @AnyOf()
  @Matches(/^[^\p{Cc}\p{Cs}]{0,100}$/u, { each: true, message: 'must be names of actions' })
  action?: string[] | null;

  @Field(() => String, { nullable: true }) @Optional() @IsLine({ max: 100 }) resource?: string | null;
  @Field(() => ID, { nullable: true }) @Optional() @IsId() resourceId?: string | null;
  @Field(() => AuditOutcome, { nullable: true }) outcome?: AuditOutcome | null;
  @Field(() => Date, { nullable: true, description: 'Those of this instant or later.' }) from?: Date | null;
  @Field(() => Date, { nullable: true, description: 'Those before this instant.' }) to?: Date | null;
}
