import { ArgsType, Field, ID, InputType } from '@nestjs/graphql';
import { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import { IsId, IsLine, Optional } from '../../platform/graphql/inputs/validation.ts';
import { Role } from '../../foundation/request-context/request-context.ts';
import { IsAccountEmail } from './email.ts';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from './passwords.ts';

const IsPassword = (): PropertyDecorator => IsLine({ min: SHORTEST_PASSWORD, max: LONGEST_PASSWORD });

@InputType()
export class CreateUserInput {
  @Field(() => ID, {
    nullable: true,
    description: 'For super admins only; everyone else acts in their own organization.',
  })
  @Optional()
  @IsId()
  organizationId?: string | null;

  @Field(() => String)
  @IsAccountEmail()
  email: string;

  @Field(() => String, { description: '10 to 200 characters, and no common password.' })
  @IsPassword()
  password: string;

  @Field(() => Role)
  role: Role;

  @Field(() => ID, { nullable: true, description: 'For role PRACTITIONER, which needs it.' })
  @Optional()
  @IsId()
  practitionerId?: string | null;

  @Field(() => ID, { nullable: true, description: 'For role PATIENT, which needs it.' })
  @Optional()
  @IsId()
  patientId?: string | null;
}

@InputType({ description: 'What is left out, or null, stays as it is.' })
export class UpdateUserInput {
  @Field(() => ID)
  @IsId()
  id: string;

  @Field(() => Role, { nullable: true })
  role?: Role | null;

  @Field(() => Boolean, { nullable: true })
  active?: boolean | null;

  @Field(() => String, { nullable: true, description: '10 to 200 characters, and no common password.' })
  @Optional()
  @IsPassword()
  password?: string | null;
}

@InputType()
export class CreateOrganizationInput {
  @Field(() => String)
  @IsLine({ max: 200 })
  name: string;

  @Field(() => String, {
    description:
      'IANA name, such as America/New_York, in any case; kept in its own spelling. Abbreviations (EST, CET), offsets and what holds one (EST5EDT, Etc/GMT+5) are none.',
  })
  @IsLine({ max: 100 })
  timeZone: string;

  @Field(() => String, { description: "The organization's first user, of role ADMIN." })
  @IsAccountEmail()
  adminEmail: string;

  @Field(() => String, { description: '10 to 200 characters, and no common password.' })
  @IsPassword()
  adminPassword: string;
}

@ArgsType()
export class UsersArgs extends PageArgs {
  @Field(() => ID, { nullable: true })
  @Optional()
  @IsId()
  organizationId?: string | null;

  @Field(() => Role, { nullable: true })
  role?: Role | null;

  @Field(() => Boolean, { nullable: true })
  active?: boolean | null;
}
