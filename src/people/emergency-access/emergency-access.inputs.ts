import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { IsIn } from 'class-validator';
import { IsId, IsText } from '../../platform/graphql/inputs/validation.ts';
import { DURATIONS } from './grant-status.ts';

@InputType({
  description: 'durationMinutes: 30, 60, 120, 240 or 480. justification: 25 to 500 characters.',
})
export class GrantEmergencyAccessInput {
  @Field(() => ID) @IsId() patientId: string;

  @Field(() => ID, { description: "An active user of the patient's organization, PRACTITIONER or ADMIN." })
  @IsId()
  grantedToUserId: string;

  @Field(() => String, { description: '25 to 500 characters, not counting white space around it towards the 25.' })
  @IsText({ min: 25, max: 500 })
  justification: string;

  @Field(() => Int, { description: '30, 60, 120, 240 or 480.' })
  @IsIn(DURATIONS, { message: 'must be 30, 60, 120, 240 or 480' })
  durationMinutes: number;
}
