import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { AtMost } from '../../platform/graphql/lists/plain-lists.ts';
import { Attachable } from '../../platform/graphql/lists/attached.ts';
import { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import type { Page } from '../../platform/graphql/lists/page.ts';
import { OfRows, type Selection } from '../../platform/graphql/lists/selection.ts';
import { TextPipe } from '../../platform/graphql/inputs/text.pipe.ts';
import { UuidPipe } from '../../platform/graphql/inputs/uuid.pipe.ts';
import { PatientsService } from '../../people/patients/patients.service.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { ServiceCode } from '../service-codes/service-code.entity.ts';
import { ServiceCodeType } from '../service-codes/service-code.type.ts';
import { AuthorizationQueries } from './authorization-queries.ts';
import { AuthorizationStatus } from './authorization-status.ts';
import type { Authorization } from './authorization.entity.ts';
import {
  AuthorizationFilter,
  CreateAuthorizationInput,
  UpdateAuthorizationInput,
  MOST_CODES,
} from './authorization.inputs.ts';
import { AuthorizationConnection, AuthorizationType, LedgerEntryConnection } from './authorization.type.ts';
import { AuthorizationsService } from './authorizations.service.ts';
import type { LedgerEntry } from './ledger-entry.entity.ts';

@Resolver(() => AuthorizationType)
@Requires(Permission.READ_AUTHORIZATION)
export class AuthorizationsResolver {
  constructor(
    private readonly authorizations: AuthorizationsService,
    private readonly queries: AuthorizationQueries,
    private readonly patients: PatientsService,
  ) {}

  @Query(() => AuthorizationType)
  authorization(
    @Ctx() ctx: RequestContext,
    @Args('id', { type: () => ID }, UuidPipe) id: string,
  ): Promise<Authorization> {
    return this.queries.one(ctx, id);
  }

  @Query(() => AuthorizationConnection, {
    name: 'authorizations',
    description: 'Oldest first, by the time of their creation.',
  })
  listAuthorizations(
    @Ctx() ctx: RequestContext,
    @OfRows() selection: Selection,
    @Args() page: PageArgs,
    @Args('filter', { nullable: true }) filter?: AuthorizationFilter,
  ): Promise<Page<Authorization>> {
    return this.queries.list(ctx, filter ?? {}, page, selection);
  }

  @Mutation(() => AuthorizationType)
  @Refuses(ErrorCode.NOT_FOUND)
  @Requires(Permission.MANAGE_AUTHORIZATIONS)
  createAuthorization(
    @Ctx() ctx: RequestContext,
    @Args('input') input: CreateAuthorizationInput,
  ): Promise<Authorization> {
    return this.authorizations.create(ctx, input);
  }

  @Mutation(() => AuthorizationType)
  @Refuses(
    ErrorCode.NOT_FOUND,
    ErrorCode.INSUFFICIENT_UNITS,
    ErrorCode.AUTHORIZATION_NOT_USABLE,
    ErrorCode.STALE_VERSION,
  )
  @Requires(Permission.MANAGE_AUTHORIZATIONS)
  updateAuthorization(
    @Ctx() ctx: RequestContext,
    @Args('input') input: UpdateAuthorizationInput,
  ): Promise<Authorization> {
    return this.authorizations.update(ctx, input);
  }

  @Mutation(() => AuthorizationType, { description: 'Only while nothing is reserved.' })
  @Refuses(ErrorCode.NOT_FOUND, ErrorCode.INVALID_STATUS_TRANSITION)
  @Requires(Permission.MANAGE_AUTHORIZATIONS)
  cancelAuthorization(
    @Ctx() ctx: RequestContext,
    @Args('id', { type: () => ID }, UuidPipe) id: string,
    @Args('reason', new TextPipe(1_000)) reason: string,
  ): Promise<Authorization> {
    return this.authorizations.cancel(ctx, id, reason);
  }

  @Attachable()
  @AtMost(MOST_CODES)
  @ResolveField(() => [ServiceCodeType], { description: 'At least one.' })
  @Requires(Permission.READ_SERVICE_CODE)
  serviceCodes(@Ctx() ctx: RequestContext, @Parent() authorization: Authorization): Promise<ServiceCode[]> {
    return this.queries.codes(ctx, authorization);
  }

  @Attachable()
  @ResolveField(() => AuthorizationStatus)
  status(@Ctx() ctx: RequestContext, @Parent() authorization: Authorization): Promise<AuthorizationStatus> {
    return this.queries.status(ctx, authorization);
  }

  @ResolveField(() => LedgerEntryConnection, {
    description: 'Newest first. Replaying the entries from the oldest gives the balances above.',
  })
  ledgerEntries(
    @Ctx() ctx: RequestContext,
    @Parent() authorization: Authorization,
    @Args() page: PageArgs,
  ): Promise<Page<LedgerEntry>> {
    return this.queries.ledger(ctx, authorization, page);
  }
}
