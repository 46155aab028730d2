import { Field, ID, InputType } from '@nestjs/graphql';
import { IsId, IsLine, IsText, Optional } from '../../platform/graphql/inputs/validation.ts';

const ONLY_SUPER_ADMINS = 'For super admins only; everyone else acts in their own organization.';

@InputType()
export class PractitionerFilter {
  @Field(() => ID, {
    nullable: true,
    description: 'For super admins, who otherwise see every organization; from others it must be their own.',
  })
  @Optional()
  @IsId()
  organizationId?: string | null;

  @Field(() => String, { nullable: true, description: 'Start of a name.' })
  @Optional()
  @IsText({ min: 0, max: 200 })
  search?: string | null;
}

@InputType()
export class CreatePractitionerInput {
  @Field(() => ID, { nullable: true, description: ONLY_SUPER_ADMINS })
  @Optional()
  @IsId()
  organizationId?: string | null;

  @Field()
  @IsLine({ max: 200 })
  firstName: string;

  @Field()
  @IsLine({ max: 200 })
  lastName: string;

  @Field()
  @IsLine({ max: 200 })
  licenseNumber: string;

  @Field()
  @IsLine({ max: 200 })
  specialization: string;
}

@InputType({ description: 'What is left out, or null, stays as it is.' })
export class UpdatePractitionerInput {
  @Field(() => ID)
  @IsId()
  id: string;

  @Field(() => String, { nullable: true })
  @Optional()
  @IsLine({ max: 200 })
  firstName?: string | null;

  @Field(() => String, { nullable: true })
  @Optional()
  @IsLine({ max: 200 })
  lastName?: string | null;

  @Field(() => String, { nullable: true })
  @Optional()
  @IsLine({ max: 200 })
  licenseNumber?: string | null;

  @Field(() => String, { nullable: true })
  @Optional()
  @IsLine({ max: 200 })
  specialization?: string | null;
}
