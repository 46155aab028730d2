import { Args, Query, Resolver } from '@nestjs/graphql';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import type { Page } from '../../platform/graphql/lists/page.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { AuditEvent } from './audit-event.entity.ts';
import { AuditEventFilter } from './audit-event.inputs.ts';
import { AuditEventConnection, AuditEventType } from './audit-event.type.ts';
import { AuditQueries } from './audit-queries.ts';

@Resolver(() => AuditEventType)
@Requires(Permission.READ_AUDIT_EVENTS)
export class AuditEventsResolver {
  constructor(private readonly queries: AuditQueries) {}

  @Query(() => AuditEventConnection, { name: 'auditEvents', description: 'Newest first by (occurredAt, id).' })
  list(
    @Ctx() ctx: RequestContext,
    @Args() args: PageArgs,
    @Args('filter', { type: () => AuditEventFilter, nullable: true }) filter?: AuditEventFilter,
  ): Promise<Page<AuditEvent>> {
    return this.queries.list(ctx, filter ?? {}, args);
  }
}
