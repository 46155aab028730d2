import { Injectable } from '@nestjs/common';
import type { RowKey } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import { loadBatched } from '../../platform/graphql/lists/loaders.ts';
import { Organization } from '../organizations/organization.entity.ts';
import type { RequestContext, Role } from '../../foundation/request-context/request-context.ts';
import { User } from '../users/user.entity.ts';
import { UsersService } from '../users/users.service.ts';
import type { EmergencyAccessGrant } from './emergency-access-grant.entity.ts';

interface GranterRow {
  id: string;
  email: string;
  role: Role;
  active: boolean;
  organization_id: string;
  organization_name: string;
  organization_time_zone: string;
  organization_created_at: Date;
  organization_staff_second_factor_required: boolean;
}

/** Who granted. An organization is told also which super admin opened its records, whose account it cannot read. */
@Injectable()
export class Granters {
  constructor(
    private readonly transactions: Transactions,
    private readonly users: UsersService,
  ) {}

  /** Batched, as `UsersService.load`. */
  load(ctx: RequestContext, grant: EmergencyAccessGrant): Promise<User | null> {
    const key = { organizationId: grant.grantedByOrganizationId, id: grant.grantedById };
    const isOutside = ctx.organizationId !== null && ctx.organizationId !== key.organizationId;
    return isOutside ? loadBatched(ctx, this.batchFromOutside, key) : this.users.load(ctx, key);
  }

  private readonly batchFromOutside = (ctx: RequestContext, keys: readonly RowKey[]): Promise<User[]> =>
    this.transactions.read(ctx, async (tx) => {
      const ids = [...new Set(keys.map(({ id }) => id))];
      const found = await tx.sql<GranterRow>('SELECT * FROM app.granters_and_their_organizations($1)', [ids]);
      return found.map(userOf);
    });
}

function userOf(row: GranterRow): User {
  const organization = Object.assign(new Organization(), {
    id: row.organization_id,
    name: row.organization_name,
    timeZone: row.organization_time_zone,
    createdAt: row.organization_created_at,
    staffSecondFactorRequired: row.organization_staff_second_factor_required,
  });
  const { id, email, role, active } = row;
  return Object.assign(new User(), {
    ...{ id, email, role, active },
    isSuperAdmin: true,
    organizationId: organization.id,
    organization,
  });
}
