import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { NotFound } from '../../foundation/errors/domain-error.ts';
import { holderOf } from '../../foundation/request-context/ctx.decorator.ts';

/** Anything a client sent, or nothing. */
type Sent = { readonly organizationId?: unknown } | null | undefined;

/**
 * Refuses an `organizationId` in a query, filter or input that is not the caller's own. Super admins may name any.
 * What is no id at all is left to the input's own check. Rows of other organizations are kept out below, by the tenant repositories and by row-level security.
 */
@Injectable()
export class OrganizationGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const actor = holderOf(context).current.actorIfAny;
    if (!actor || actor.isSuperAdmin) return true;
    for (const sent of whereNamed(context)) {
      const named = sent?.organizationId;
      if (typeof named === 'string' && isUUID(named, 'all') && named.toLowerCase() !== actor.organizationId)
        throw new NotFound('organization', named);
    }
    return true;
  }
}

/** A REST call's query and body; a GraphQL field's arguments, its filter and its input. */
function whereNamed(context: ExecutionContext): Sent[] {
  if (context.getType() === 'http') {
    const { query, body } = context.switchToHttp().getRequest<{ query: Sent; body: Sent }>();
    return [query, body];
  }
  const args = context.getArgByIndex<Sent & { filter?: Sent; input?: Sent }>(1);
  return [args, args.filter, args.input];
}
