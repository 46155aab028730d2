import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Public, Requires } from '../../rules/access/requires.decorator.ts';
import { Ctx, Holder, type RequestHolder } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { TotpSecret } from '../second-factor/second-factors.service.ts';
import { CodeArgs, EnrolledAuthPayload, LoginInput, PasswordArgs, TotpEnrolment } from './auth.types.ts';
import { Enrolment, type EnrolledSignIn } from './enrolment.service.ts';
import { enter } from './enter.ts';

@Resolver()
@Requires(Permission.MANAGE_OWN_ACCOUNT)
export class EnrolmentResolver {
  constructor(private readonly enrolment: Enrolment) {}

  @Mutation(() => TotpEnrolment, {
    description: "A second factor for the caller's own account: asked for at logins once it is confirmed.",
  })
  beginTotpEnrolment(@Ctx() ctx: RequestContext, @Args() { password }: PasswordArgs): Promise<TotpSecret> {
    return this.enrolment.begin(ctx, password);
  }

  @Mutation(() => [String], {
    description: 'Switches it on by a first code of the app. Answers recovery codes, of which each serves once.',
  })
  confirmTotpEnrolment(@Ctx() ctx: RequestContext, @Args() { code }: CodeArgs): Promise<string[]> {
    return this.enrolment.confirm(ctx, code);
  }

  @Mutation(() => Boolean, { description: 'Switches it off by a code of the app, or a recovery code.' })
  disableTotp(@Ctx() ctx: RequestContext, @Args() { code }: CodeArgs): Promise<boolean> {
    return this.enrolment.disable(ctx, code);
  }

  @Mutation(() => TotpEnrolment, {
    description: 'For whom login answers with secondFactor ENROLMENT_REQUIRED in details: as beginTotpEnrolment.',
  })
  @Refuses(ErrorCode.UNAUTHENTICATED)
  @Public()
  beginLoginEnrolment(@Ctx() ctx: RequestContext, @Args('input') input: LoginInput): Promise<TotpSecret> {
    return this.enrolment.beginAtLogin(ctx, input);
  }

  @Mutation(() => EnrolledAuthPayload, { description: 'Switches it on by totpCode, and signs in.' })
  @Refuses(ErrorCode.UNAUTHENTICATED)
  @Public()
  async confirmLoginEnrolment(
    @Ctx() ctx: RequestContext,
    @Holder() holder: RequestHolder,
    @Args('input') input: LoginInput,
  ): Promise<EnrolledSignIn> {
    return enter(holder, await this.enrolment.confirmAtLogin(ctx, input));
  }
}
