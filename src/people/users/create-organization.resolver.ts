import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { AsksIdentity } from '../../rules/access/asks-identity.decorator.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import type { Organization } from '../organizations/organization.entity.ts';
import { OrganizationType } from '../organizations/organization.type.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { FoundingService } from './founding.service.ts';
import { CreateOrganizationInput } from './user.inputs.ts';

/** Here and not in organizations/, since it makes the first admin. */
@Resolver(() => OrganizationType)
@Requires(Permission.CREATE_ORGANIZATION)
export class CreateOrganizationResolver {
  constructor(private readonly founding: FoundingService) {}

  @Mutation(() => OrganizationType)
  @Refuses(ErrorCode.IDENTITY_UNCONFIRMED)
  @AsksIdentity()
  createOrganization(@Ctx() ctx: RequestContext, @Args('input') input: CreateOrganizationInput): Promise<Organization> {
    return this.founding.createOrganization(ctx, input);
  }
}
