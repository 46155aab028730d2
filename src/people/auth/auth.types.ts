import { applyDecorators } from '@nestjs/common';
import { ArgsType, Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IsLine, Optional } from '../../platform/graphql/inputs/validation.ts';
import { LONGEST_EMAIL, NormalEmail } from '../users/email.ts';
import { LONGEST_PASSWORD } from '../users/passwords.ts';
import { UserType } from '../users/user.type.ts';

const LONGEST_CODE = 40;
const LONGEST_DEVICE_TOKEN = 100;

const CodeIfAny = (): PropertyDecorator =>
  applyDecorators(
    Field(() => String, {
      nullable: true,
      description: 'For accounts with a second factor: the code of the authenticator app, or a recovery code.',
    }),
    Optional(),
    IsLine({ min: 0, max: LONGEST_CODE }),
  );

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

  @CodeIfAny() totpCode?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The deviceToken of the last login on this device: then no stranger keeps it out.',
  })
  @Optional()
  @IsLine({ min: 0, max: LONGEST_DEVICE_TOKEN })
  deviceToken?: string | null;
}

@InputType({ description: 'One of them, or both.' })
export class ConfirmIdentityInput {
  @Field(() => String, { nullable: true })
  @Optional()
  @IsLine({ min: 0, max: LONGEST_PASSWORD })
  password?: string | null;

  @CodeIfAny() totpCode?: string | null;
}

@ArgsType()
export class PasswordArgs {
  @Field(() => String)
  @IsLine({ min: 0, max: LONGEST_PASSWORD })
  password: string;
}

@ArgsType()
export class CodeArgs {
  @Field(() => String)
  @IsLine({ max: LONGEST_CODE })
  code: string;
}

@ObjectType({ description: 'What an authenticator app needs. It is shown once.' })
export class TotpEnrolment {
  @Field(() => String, { description: 'To be typed in: base32.' })
  secret: string;

  @Field(() => String, { description: 'To be shown as a QR code: otpauth://totp/...' })
  uri: string;
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

  @Field(() => String, {
    nullable: true,
    description:
      'Of a login, null of a refresh. Kept on this device after signing out, too, and sent with the next login; it lets nobody in.',
  })
  deviceToken?: string | null;

  @Field(() => UserType)
  user: UserType;
}

@ObjectType({ description: 'As AuthPayload, of a user who has just set up a second factor.' })
export class EnrolledAuthPayload extends AuthPayload {
  @Field(() => [String], { description: 'Each serves once instead of a code. They are shown once.' })
  recoveryCodes: string[];
}
