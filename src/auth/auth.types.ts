import { ArgsType, Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IsLine } from '../graphql/validation.ts';
import { LONGEST_EMAIL, NormalEmail } from '../users/email.ts';
import { LONGEST_PASSWORD } from '../users/passwords.ts';
import { UserType } from '../users/user.type.ts';

/** Bounded, and no more: what could not be an email or a password at all is answered as a wrong one. */
@InputType()
export class LoginInput {
  @Field(() => String)
  @NormalEmail()
  @IsLine({ min: 0, max: LONGEST_EMAIL })
  email: string;

  @Field(() => String)
  @IsLine({ min: 0, max: LONGEST_PASSWORD })
  password: string;
}

@ArgsType()
export class RefreshTokenArgs {
  @Field(() => String)
  @IsLine({ min: 0, max: 200 })
  refreshToken: string;
}

@ObjectType({ description: 'Its user is read as the user who just signed in.' })
export class AuthPayload {
  @Field(() => String)
  accessToken: string;

  @Field(() => String)
  refreshToken: string;

  @Field(() => Int, { description: 'Seconds until accessToken expires.' })
  expiresIn: number;

  @Field(() => UserType)
  user: UserType;
}
