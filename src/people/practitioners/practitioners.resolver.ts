import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import type { Page } from '../../platform/graphql/lists/page.ts';
import { UuidPipe } from '../../platform/graphql/inputs/uuid.pipe.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { Practitioner } from './practitioner.entity.ts';
import { CreatePractitionerInput, PractitionerFilter, UpdatePractitionerInput } from './practitioner.inputs.ts';
import { PractitionerConnection, PractitionerType } from './practitioner.type.ts';
import { PractitionersService } from './practitioners.service.ts';

@Resolver(() => PractitionerType)
@Requires(Permission.READ_PRACTITIONER)
export class PractitionersResolver {
  constructor(private readonly practitioners: PractitionersService) {}

  @Query(() => PractitionerType, { name: 'practitioner' })
  one(@Ctx() ctx: RequestContext, @Args('id', { type: () => ID }, UuidPipe) id: string): Promise<Practitioner> {
    return this.practitioners.one(ctx, id);
  }

  @Query(() => PractitionerConnection, { name: 'practitioners', description: 'By last name, first name and id.' })
  list(
    @Ctx() ctx: RequestContext,
    @Args() args: PageArgs,
    @Args('filter', { type: () => PractitionerFilter, nullable: true }) filter?: PractitionerFilter,
  ): Promise<Page<Practitioner>> {
    return this.practitioners.list(ctx, args, filter);
  }

  @Mutation(() => PractitionerType)
  @Refuses(ErrorCode.NOT_FOUND)
  @Requires(Permission.MANAGE_PEOPLE)
  createPractitioner(@Ctx() ctx: RequestContext, @Args('input') input: CreatePractitionerInput): Promise<Practitioner> {
    return this.practitioners.create(ctx, input);
  }

  @Mutation(() => PractitionerType)
  @Refuses(ErrorCode.NOT_FOUND)
  @Requires(Permission.MANAGE_PEOPLE)
  updatePractitioner(@Ctx() ctx: RequestContext, @Args('input') input: UpdatePractitionerInput): Promise<Practitioner> {
    return this.practitioners.update(ctx, input);
  }
}
