import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { UuidPipe } from '../../platform/graphql/inputs/uuid.pipe.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { ServiceCode } from './service-code.entity.ts';
import { CreateServiceCodeInput, UpdateServiceCodeInput } from './service-code.inputs.ts';
import { ServiceCodeType } from './service-code.type.ts';
import { ServiceCodesService } from './service-codes.service.ts';

@Resolver(() => ServiceCodeType)
@Requires(Permission.READ_SERVICE_CODE)
export class ServiceCodesResolver {
  constructor(private readonly serviceCodes: ServiceCodesService) {}

  @Query(() => [ServiceCodeType], { name: 'serviceCodes', description: 'By code.' })
  list(
    @Ctx() ctx: RequestContext,
    @Args('organizationId', { type: () => ID, nullable: true }, UuidPipe) organizationId?: string,
  ): Promise<ServiceCode[]> {
    return this.serviceCodes.list(ctx, organizationId);
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
