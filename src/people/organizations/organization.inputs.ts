import { Field, ID, InputType } from '@nestjs/graphql';
import { IsId, Optional } from '../../platform/graphql/inputs/validation.ts';

@InputType()
export class UpdateOrganizationSecurityInput {
  @Field(() => ID, {
    nullable: true,
    description: 'For super admins only; everyone else acts in their own organization.',
  })
  @Optional()
  @IsId()
  organizationId?: string | null;

  @Field({
    description:
      'Admins and practitioners without a second factor cannot sign in or refresh any more, and set one up at the login.',
  })
  staffSecondFactorRequired: boolean;
}
