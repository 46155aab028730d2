import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { Public } from '../../rules/access/requires.decorator.ts';
import { Ctx, Holder, type RequestHolder } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { AuthService, type SignedIn } from './auth.service.ts';
import { enter } from './enter.ts';
import { AuthPayload, LoginInput, RefreshTokenArgs } from './auth.types.ts';

@Resolver()
@Public()
export class AuthResolver {
  constructor(private readonly auth: AuthService) {}

  @Mutation(() => AuthPayload)
  @Refuses(ErrorCode.UNAUTHENTICATED)
  async login(
    @Ctx() ctx: RequestContext,
    @Holder() holder: RequestHolder,
    @Args('input') input: LoginInput,
  ): Promise<SignedIn> {
    return enter(holder, await this.auth.login(ctx, input));
  }

  @Mutation(() => AuthPayload, {
    description: 'A refresh token serves once; using a spent one ends every session descended from it.',
  })
  @Refuses(ErrorCode.UNAUTHENTICATED)
  async refreshToken(
    @Ctx() ctx: RequestContext,
    @Holder() holder: RequestHolder,
    @Args() { refreshToken }: RefreshTokenArgs,
  ): Promise<SignedIn> {
    return enter(holder, await this.auth.refresh(ctx, refreshToken));
  }

  @Mutation(() => Boolean)
  logout(@Ctx() ctx: RequestContext, @Args() { refreshToken }: RefreshTokenArgs): Promise<boolean> {
    return this.auth.logout(ctx, refreshToken);
  }
}
