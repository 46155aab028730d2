import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { ConfirmIdentityInput } from './auth.types.ts';
import { Identity } from './identity.service.ts';

@Resolver()
@Requires(Permission.MANAGE_OWN_ACCOUNT)
export class IdentityResolver {
  constructor(private readonly identity: Identity) {}

  @Mutation(() => Date, {
    description:
      'After IDENTITY_UNCONFIRMED: shows once more who the caller is, by password or code. Answers until when it counts; a login counts for as long.',
  })
  confirmIdentity(@Ctx() ctx: RequestContext, @Args('input') input: ConfirmIdentityInput): Promise<Date> {
    return this.identity.confirm(ctx, input);
  }
}
