import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
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
  @Requires(Permission.MANAGE_ORGANIZATION_SECURITY)
  updateOrganizationSecurity(
    @Ctx() ctx: RequestContext,
    @Args('input') input: UpdateOrganizationSecurityInput,
  ): Promise<Organization> {
    return this.organizations.updateSecurity(ctx, input);
  }
}
