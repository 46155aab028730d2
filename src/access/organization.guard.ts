import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { NotFound } from '../errors/domain-error.ts';
import { holderOf } from '../request-context/ctx.decorator.ts';

interface NamesOrganization {
  organizationId?: string | null;
}

/**
 * Refuses an `organizationId` in a query, filter or input that is not the caller's own. Super admins may name any.
 * What is no id at all is left to the input's own check. Rows of other organizations are kept out below, by the tenant repositories and by row-level security.
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
      if (named != null && isUUID(named, 'all') && named.toLowerCase() !== actor.organizationId)
        throw new NotFound('organization', named);
    return true;
  }
}
