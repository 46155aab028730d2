import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import type { Page } from '../../platform/graphql/lists/page.ts';
import { MOST_OF_A_PLAIN_LIST } from '../../platform/graphql/lists/plain-lists.ts';
import { UuidPipe } from '../../platform/graphql/inputs/uuid.pipe.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { ServiceCode } from './service-code.entity.ts';
import { CreateServiceCodeInput, UpdateServiceCodeInput } from './service-code.inputs.ts';
import { ServiceCodeConnection, ServiceCodeType } from './service-code.type.ts';
import { ServiceCodesService } from './service-codes.service.ts';

@Resolver(() => ServiceCodeType)
@Requires(Permission.READ_SERVICE_CODE)
export class ServiceCodesResolver {
  constructor(private readonly serviceCodes: ServiceCodesService) {}

  @Query(() => [ServiceCodeType], {
    name: 'serviceCodes',
    description: `The newest ${MOST_OF_A_PLAIN_LIST}, by code; allServiceCodes has all.`,
  })
  newest(
    @Ctx() ctx: RequestContext,
    @Args('organizationId', { type: () => ID, nullable: true }, UuidPipe) organizationId?: string,
  ): Promise<ServiceCode[]> {
    return this.serviceCodes.newest(ctx, organizationId);
  }

  @Query(() => ServiceCodeConnection, { description: 'By code.' })
  allServiceCodes(
    @Ctx() ctx: RequestContext,
    @Args() args: PageArgs,
    @Args('organizationId', { type: () => ID, nullable: true }, UuidPipe) organizationId?: string,
  ): Promise<Page<ServiceCode>> {
    return this.serviceCodes.list(ctx, args, organizationId);
  }

  @Mutation(() => ServiceCodeType)
  @Refuses(ErrorCode.NOT_FOUND)
  @Requires(Permission.MANAGE_SERVICE_CODES)
  createServiceCode(@Ctx() ctx: RequestContext, @Args('input') input: CreateServiceCodeInput): Promise<ServiceCode> {
    return this.serviceCodes.create(ctx, input);
  }

  @Mutation(() => ServiceCodeType)
  @Refuses(ErrorCode.NOT_FOUND)
  @Requires(Permission.MANAGE_SERVICE_CODES)
  updateServiceCode(@Ctx() ctx: RequestContext, @Args('input') input: UpdateServiceCodeInput): Promise<ServiceCode> {
    return this.serviceCodes.update(ctx, input);
  }
}
