import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import type { Page } from '../../platform/graphql/lists/page.ts';
import { MOST_OF_A_PLAIN_LIST } from '../../platform/graphql/lists/plain-lists.ts';
import { AsksIdentity } from '../../rules/access/asks-identity.decorator.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { Organization } from './organization.entity.ts';
import { UpdateOrganizationSecurityInput } from './organization.inputs.ts';
import { OrganizationConnection, OrganizationType } from './organization.type.ts';
import { OrganizationsService } from './organizations.service.ts';

@Resolver(() => OrganizationType)
@Requires(Permission.LIST_ORGANIZATIONS)
export class OrganizationsResolver {
  constructor(private readonly organizations: OrganizationsService) {}

  @Query(() => [OrganizationType], {
    name: 'organizations',
    description: `The caller's own; for super admins the newest ${MOST_OF_A_PLAIN_LIST}, by name: allOrganizations has all.`,
  })
  newest(@Ctx() ctx: RequestContext): Promise<Organization[]> {
    return this.organizations.newest(ctx);
  }

  @Query(() => OrganizationConnection, { description: "The caller's own; all for super admins, newest first." })
  allOrganizations(@Ctx() ctx: RequestContext, @Args() args: PageArgs): Promise<Page<Organization>> {
    return this.organizations.list(ctx, args);
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
