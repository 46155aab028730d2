import { Injectable } from '@nestjs/common';
import { isEmail } from 'class-validator';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { newId } from '../../platform/database/rows/new-id.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { BadUserInput } from '../../foundation/errors/domain-error.ts';
import type { Organization } from '../organizations/organization.entity.ts';
import { OrganizationsService, type NewOrganization } from '../organizations/organizations.service.ts';
import { RequestContext, Role } from '../../foundation/request-context/request-context.ts';
import { normalEmail } from './email.ts';
import { requireGoodPassword } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import type { CreateOrganizationInput } from './user.inputs.ts';
import type { User } from './user.entity.ts';
import { UsersService } from './users.service.ts';

/** Any number: processes that make the first super admin at the same time make one organization for both. */
const PLATFORM_LOCK = 7_326_412;

/** New organizations and who is first in them. */
@Injectable()
export class FoundingService {
  constructor(
    private readonly transactions: Transactions,
    private readonly organizations: OrganizationsService,
    private readonly users: UsersService,
    private readonly audit: AuditService,
  ) {}

  /**
   * The organization and its first ADMIN, both or neither.
   *
   * @throws BadUserInput the admin's email or password cannot be used, or the time zone is not known
   */
  async createOrganization(ctx: RequestContext, input: CreateOrganizationInput): Promise<Organization> {
    const { name, timeZone, adminEmail: email } = input;
    await requireGoodPassword('adminPassword', input.adminPassword, email);
    const passwordHash = await hashPassword(input.adminPassword);
    const id = newId();
    return this.transactions.run(ctx.within(id), async (tx) => {
      const organization = await this.found(tx, { id, name, timeZone });
      await this.users.add(tx, { email, passwordHash, role: Role.ADMIN }, 'adminEmail');
      return organization;
    });
  }

  /**
   * A super admin in the organization "Platform", which is made with the first one. Who may is settled outside: only
   * the operator (src/commands/admin.ts) and the demo come here.
   *
   * @throws BadUserInput the email is none or cannot be used, or the password is none of the allowed
   */
  async createSuperAdmin(email: string, password: string): Promise<User> {
    if (!isEmail(normalEmail(email))) throw new BadUserInput({ email: 'must be an email address' });
    await requireGoodPassword('password', password, normalEmail(email));
    const passwordHash = await hashPassword(password);
    const nobody = RequestContext.anonymous({ requestId: 'admin:create' }, () => new Date());
    for (;;) {
      const platform = await this.transactions.run(nobody, platformOf);
      const home = nobody.within(platform ?? newId());
      const admin = await this.transactions.run(home, (tx) => this.addSuperAdmin(tx, email, passwordHash));
      if (admin) return admin;
    }
  }

  /** Undefined when another process has made the Platform organization meanwhile. */
  private async addSuperAdmin(tx: Tx, email: string, passwordHash: string): Promise<User | undefined> {
    await tx.sql('SELECT pg_advisory_xact_lock($1)', [PLATFORM_LOCK]);
    const platform = await platformOf(tx);
    if (platform && platform !== tx.organizationId) return undefined;
    if (!platform) await this.found(tx, { id: tx.organizationId, name: 'Platform', timeZone: 'UTC' });
    return this.users.add(tx, { email, passwordHash, role: Role.ADMIN, isSuperAdmin: true });
  }

  private async found(tx: Tx, values: NewOrganization): Promise<Organization> {
    const organization = await this.organizations.create(tx, values);
    this.audit.record(tx, { action: 'CREATE_ORGANIZATION', resource: 'organization', resourceId: values.id });
    return organization;
  }
}

async function platformOf(tx: Tx): Promise<string | null> {
  const [row] = await tx.sql<{ id: string | null }>('SELECT app.platform_organization() AS id');
  return row?.id ?? null;
}
