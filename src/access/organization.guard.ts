import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { NotFound } from '../errors/domain-error.ts';
import { holderOf } from '../request-context/ctx.decorator.ts';

interface NamesOrganization {
  organizationId?: string | null;
}

/**
 * Refuses an `organizationId` in a query, filter or input that is not the caller's own. Super admins may name any.
 * Rows of other organizations are kept out below, by the tenant repositories and by row-level security.
 */
@Injectable()
export class OrganizationGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const actor = holderOf(context).current.actorIfAny;
    if (!actor || actor.isSuperAdmin) return true;
    const args = context.getArgByIndex<
      NamesOrganization & { filter?: NamesOrganization | null; input?: NamesOrganization }
    >(1);
    for (const named of [args.organizationId, args.filter?.organizationId, args.input?.organizationId])
      if (named != null && named.toLowerCase() !== actor.organizationId) throw new NotFound('organization', named);
    return true;
  }
}
