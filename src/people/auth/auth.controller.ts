import { Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { refusalsOf } from '../../platform/graphql/edge/refuses.decorator.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Endpoint } from '../../rules/rest/endpoint.decorator.ts';
import { Given } from '../../rules/rest/given.decorator.ts';
import { body, ref, schema, view } from '../../rules/rest/schemas.ts';
import { patientIdOf, practitionerIdOf } from '../users/links.ts';
import { AuthResolver } from './auth.resolver.ts';
import { AuthService, type SignedIn } from './auth.service.ts';
import { ConfirmIdentityInput, LoginInput, RefreshTokenArgs } from './auth.types.ts';
import { Identity } from './identity.service.ts';

const TEXT = { type: 'string' };
const USER = view('User', { nullableIds: ['practitioner', 'patient'], without: ['secondFactorEnabled'] });
const SIGN_IN = schema('SignIn', {
  type: 'object',
  properties: {
    accessToken: { ...TEXT, description: 'Sent with every call as `Authorization: Bearer`.' },
    refreshToken: { ...TEXT, description: 'Serves once, for the next pair of tokens.' },
    expiresIn: { type: 'integer', description: 'Seconds until accessToken expires.' },
    deviceToken: {
      type: ['string', 'null'],
      description: 'Of a login, null of a refresh. Sent with the next login on this device.',
    },
    user: ref(USER),
  },
  required: ['accessToken', 'refreshToken', 'expiresIn', 'deviceToken', 'user'],
  additionalProperties: false,
});
const CONFIRMED = schema('ConfirmedIdentity', {
  type: 'object',
  properties: { confirmedUntil: { ...TEXT, format: 'date-time' } },
  required: ['confirmedUntil'],
  additionalProperties: false,
});
const REFRESH_TOKEN = schema('RefreshToken', {
  type: 'object',
  properties: { refreshToken: { ...TEXT, maxLength: 200 } },
  required: ['refreshToken'],
  additionalProperties: false,
});

/** REST beside the resolvers: signing in and out, and showing once more who one is. */
@ApiTags('Signing in')
@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly identity: Identity,
  ) {}

  @Post('login')
  @Endpoint({
    summary: 'Signs in with email and password',
    body: body(LoginInput),
    answers: SIGN_IN,
    errors: refusalsOf(AuthResolver, 'login'),
  })
  async login(@Ctx() ctx: RequestContext, @Given(LoginInput) input: LoginInput): Promise<object> {
    return signInView(await this.auth.login(ctx, input));
  }

  @Post('refresh')
  @Endpoint({
    summary: 'Exchanges a refresh token for the next pair of tokens',
    body: REFRESH_TOKEN,
    answers: SIGN_IN,
    errors: refusalsOf(AuthResolver, 'refreshToken'),
  })
  async refresh(
    @Ctx() ctx: RequestContext,
    @Given(RefreshTokenArgs) { refreshToken }: RefreshTokenArgs,
  ): Promise<object> {
    return signInView(await this.auth.refresh(ctx, refreshToken));
  }

  @Post('confirm')
  @Endpoint({
    permission: Permission.MANAGE_OWN_ACCOUNT,
    summary: 'After IDENTITY_UNCONFIRMED: shows once more who the caller is, by password or code',
    body: body(ConfirmIdentityInput),
    answers: CONFIRMED,
  })
  async confirm(@Ctx() ctx: RequestContext, @Given(ConfirmIdentityInput) input: ConfirmIdentityInput): Promise<object> {
    return { confirmedUntil: await this.identity.confirm(ctx, input) };
  }

  @Post('logout')
  @Endpoint({ summary: 'Ends what the refresh token could go on with; an unknown one too', body: REFRESH_TOKEN })
  async logout(@Ctx() ctx: RequestContext, @Given(RefreshTokenArgs) { refreshToken }: RefreshTokenArgs): Promise<void> {
    await this.auth.logout(ctx, refreshToken);
  }
}

function signInView({ accessToken, refreshToken, expiresIn, deviceToken, user }: SignedIn): object {
  const { id, email, role, isSuperAdmin, active, organizationId } = user;
  const links = { practitionerId: practitionerIdOf(user) ?? null, patientId: patientIdOf(user) ?? null };
  return {
    accessToken,
    refreshToken,
    expiresIn,
    deviceToken: deviceToken ?? null,
    user: { id, email, role, isSuperAdmin, active, organizationId, ...links },
  };
}
