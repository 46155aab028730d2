import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { IsId, IsText, Optional } from '../../platform/graphql/inputs/validation.ts';

// which numbers make sense together is in service-code.rules.ts, once for new and for changed codes

@InputType()
export class CreateServiceCodeInput {
  @Field(() => ID, {
    nullable: true,
    description: 'For super admins only; everyone else acts in their own organization.',
  })
  @Optional()
  @IsId()
  organizationId?: string | null;

  @Field({ description: '1 to 20 letters, digits, dots or hyphens.' })
  code: string;

  @Field()
  @IsText({ max: 500 })
  description: string;

  @Field(() => Boolean, { nullable: true, defaultValue: true })
  timed?: boolean | null;

  @Field(() => Int, { nullable: true, defaultValue: 15 })
  unitMinutes?: number | null;

  @Field(() => Int, { nullable: true, defaultValue: 8 })
  roundUpAtMinutes?: number | null;

  @Field(() => Int, { nullable: true, defaultValue: 8 })
  zeroBelowMinutes?: number | null;
}

@InputType({ description: 'Counts for bookings and completions from then on.' })
export class UpdateServiceCodeInput {
  @Field(() => ID)
  @IsId()
  id: string;

  @Field(() => String, { nullable: true })
  @Optional()
  @IsText({ max: 500 })
  description?: string | null;

  @Field(() => Boolean, { nullable: true })
  timed?: boolean | null;

  @Field(() => Int, { nullable: true })
  unitMinutes?: number | null;

  @Field(() => Int, { nullable: true })
  roundUpAtMinutes?: number | null;

  @Field(() => Int, { nullable: true })
  zeroBelowMinutes?: number | null;
}
