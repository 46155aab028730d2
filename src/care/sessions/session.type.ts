import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Connection } from '../../platform/graphql/lists/connection.ts';
import { LongText } from '../../platform/graphql/lists/long-text.ts';
import { JSONObjectScalar } from '../../platform/graphql/inputs/json.ts';
import { SessionStatus } from './session.entity.ts';

registerEnumType(SessionStatus, {
  name: 'SessionStatus',
  description:
    'A session exists from the completion on; IN_PROGRESS is reserved for live sessions. REQUIRES_REVIEW: completed, but some units found no room on the authorization (unitsUnauthorized > 0).',
});

@ObjectType('Session', { description: 'A visit that happened: the clinical record, and the units it consumed.' })
export class SessionType {
  @Field(() => ID) id: string;
  @Field(() => ID) organizationId: string;
  @Field({ description: 'The actual start.' }) startTime: Date;
  @Field(() => Date, { nullable: true, description: 'The actual end.' }) endTime: Date | null;
  @Field(() => Int, { nullable: true, description: 'Whole elapsed minutes.' }) durationMinutes: number | null;
  @Field(() => Int, { description: 'Units consumed from the authorization.' }) unitsUsed: number;
  @Field(() => Int, {
    description:
      'Units of the actual duration that found no room on the authorization. The record of care is kept all the same.',
  })
  unitsUnauthorized: number;
  @Field(() => SessionStatus) status: SessionStatus;
  @LongText(100_000) @Field(() => String, { nullable: true }) narrativeNotes: string | null;
  @Field(() => String, { nullable: true }) voiceRecordingUrl: string | null;
  @LongText(100_000) @Field(() => JSONObjectScalar, { nullable: true }) metrics: Record<string, unknown> | null;
  @Field() createdAt: Date;
  @Field() updatedAt: Date;
}

@ObjectType()
export class SessionConnection extends Connection(SessionType, 'Session') {}
