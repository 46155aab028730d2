import { Args, ID, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { AsksIdentity } from '../../rules/access/asks-identity.decorator.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { UuidPipe } from '../../platform/graphql/inputs/uuid.pipe.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { User } from '../users/user.entity.ts';
import { UserType } from '../users/user.type.ts';
import { SecondFactors } from './second-factors.service.ts';

/** What is added to User from here: users/ knows nothing of second factors. */
@Resolver(() => UserType)
@Requires(Permission.READ_USER)
export class UserSecondFactorResolver {
  constructor(private readonly secondFactors: SecondFactors) {}

  @ResolveField(() => Boolean, { description: 'Whether a login takes a code besides the password.' })
  secondFactorEnabled(@Ctx() ctx: RequestContext, @Parent() user: User): Promise<boolean> {
    return this.secondFactors.isOn(ctx, { organizationId: user.organizationId, id: user.id });
  }

  @Mutation(() => UserType, {
    description: 'For a user who lost their device and recovery codes. Ends all their sessions.',
  })
  @Refuses(ErrorCode.NOT_FOUND, ErrorCode.IDENTITY_UNCONFIRMED)
  @Requires(Permission.MANAGE_PEOPLE)
  @AsksIdentity()
  resetSecondFactor(
    @Ctx() ctx: RequestContext,
    @Args('userId', { type: () => ID }, UuidPipe) id: string,
  ): Promise<User> {
    return this.secondFactors.reset(ctx, id);
  }
}
