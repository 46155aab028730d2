import { Field, ID, InputType } from '@nestjs/graphql';
import { DateScalar } from '../../platform/graphql/inputs/scalars.ts';
import { IsId, IsLine, IsText, Optional } from '../../platform/graphql/inputs/validation.ts';

const ONLY_SUPER_ADMINS = 'For super admins only; everyone else acts in their own organization.';

@InputType()
export class PatientFilter {
  @Field(() => ID, {
    nullable: true,
    description: 'For super admins, who otherwise see every organization; from others it must be their own.',
  })
  @Optional()
  @IsId()
  organizationId?: string | null;

  @Field(() => String, { nullable: true, description: 'Start of a name or of a medical record number.' })
  @Optional()
  @IsText({ min: 0, max: 200 })
  search?: string | null;
}

@InputType()
export class CreatePatientInput {
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

  @Field(() => DateScalar)
  dateOfBirth: string;

  @Field()
  @IsLine({ max: 200 })
  medicalRecordNumber: string;

  @Field(() => String, { nullable: true })
  @Optional()
  @IsLine({ max: 40 })
  phoneNumber?: string | null;
}

@InputType({ description: 'What is left out, or null, stays as it is.' })
export class UpdatePatientInput {
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

  @Field(() => DateScalar, { nullable: true })
  dateOfBirth?: string | null;

  @Field(() => String, { nullable: true })
  @Optional()
  @IsLine({ max: 40 })
  phoneNumber?: string | null;
}
