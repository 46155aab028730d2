import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { AsksIdentity } from '../../rules/access/asks-identity.decorator.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { Organization } from './organization.entity.ts';
import { UpdateOrganizationSecurityInput } from './organization.inputs.ts';
import { OrganizationType } from './organization.type.ts';
import { OrganizationsService } from './organizations.service.ts';

@Resolver(() => OrganizationType)
@Requires(Permission.LIST_ORGANIZATIONS)
export class OrganizationsResolver {
  constructor(private readonly organizations: OrganizationsService) {}

  @Query(() => [OrganizationType], { name: 'organizations', description: "The caller's own; all for super admins." })
  list(@Ctx() ctx: RequestContext): Promise<Organization[]> {
    return this.organizations.list(ctx);
  }

  @Mutation(() => OrganizationType)
  @Refuses(ErrorCode.NOT_FOUND, ErrorCode.IDENTITY_UNCONFIRMED)
  @Requires(Permission.MANAGE_ORGANIZATION_SECURITY)
  @AsksIdentity()
  updateOrganizationSecurity(
    @Ctx() ctx: RequestContext,
    @Args('input') input: UpdateOrganizationSecurityInput,
  ): Promise<Organization> {
    return this.organizations.updateSecurity(ctx, input);
  }
}
