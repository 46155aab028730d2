import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Readable } from '../../rules/access/readable.ts';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { newId } from '../../platform/database/rows/new-id.ts';
import { TenantRepository, type RowKey, type TenantRow } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { BadUserInput, NotFound, Unauthenticated } from '../../foundation/errors/domain-error.ts';
import { loadBatched } from '../../platform/graphql/lists/loaders.ts';
import { Pages, type Page } from '../../platform/graphql/lists/page.ts';
import { Patient } from '../patients/patient.entity.ts';
import { Practitioner } from '../practitioners/practitioner.entity.ts';
import { Role, type RequestContext } from '../../foundation/request-context/request-context.ts';
import { AccountsService } from './accounts.service.ts';
import { normalEmail } from './email.ts';
import { EndReason } from './sign-in.entity.ts';
import { SignIns } from './sign-ins.ts';
import { requireExactLinks, requireMayChange, requireRoleFits } from './links.ts';
import { requireGoodPassword, requireOtherThanEmail } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import { TakenEmails } from './taken-emails.service.ts';
import { User } from './user.entity.ts';
import type { CreateUserInput, UpdateUserInput, UsersArgs } from './user.inputs.ts';

/** A complete account; what is left out is null or false. */
export interface NewAccount {
  readonly email: string;
  readonly passwordHash: string;
  readonly role: Role;
  readonly isSuperAdmin?: boolean;
  readonly practitionerId?: string | null;
  readonly patientId?: string | null;
}

type Changes = Partial<Pick<User, 'role' | 'active' | 'passwordHash'>>;

/** The accounts of an organization. */
@Injectable()
export class UsersService {
  private readonly readable = new Readable(User, 'user');
  private readonly practitioners = new TenantRepository(Practitioner);
  private readonly patients = new TenantRepository(Patient);
  private readonly signIns = new SignIns();

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly pages: Pages,
    private readonly audit: AuditService,
    private readonly accounts: AccountsService,
    private readonly takenEmails: TakenEmails,
  ) {}

  /** The user who asks. */
  async me(ctx: RequestContext): Promise<User> {
    const { organizationId, userId } = ctx.actor;
    const user = await this.transactions.ask(ctx.within(organizationId), (tx) => this.readable.rows.find(tx, userId));
    if (!user) throw new Unauthenticated();
    return user;
  }

  /** By email, which is unique across organizations. */
  async list(ctx: RequestContext, args: UsersArgs): Promise<Page<User>> {
    const scope = await this.tenancy.forList(ctx, args.organizationId);
    return this.pages.list(scope, {
      args,
      order: ['email'],
      query: (tx) => {
        const query = this.readable.query(tx);
        if (args.role != null) query.andWhere('row.role = :role', { role: args.role });
        if (args.active != null) query.andWhere('row.active = :active', { active: args.active });
        return query;
      },
    });
  }

  /** For relation fields: one query for all that a request asks for at once; null where the caller may not read it. */
  load(ctx: RequestContext, key: RowKey): Promise<User | null> {
    return loadBatched(ctx, this.batch, key);
  }

  private readonly batch = (ctx: RequestContext, keys: readonly RowKey[]): Promise<User[]> =>
    this.transactions.readTogether(ctx, (tx) => this.readable.many(tx, keys));

  /**
   * @throws BadUserInput the role and the links do not fit, or the email or the password cannot be used
   * @throws NotFound no such practitioner or patient in the organization
   * @throws RateLimited the practice has asked for many emails that have an account elsewhere
   */
  async create(ctx: RequestContext, input: CreateUserInput): Promise<User> {
    requireExactLinks(input.role, input);
    const scope = await this.tenancy.forNew(ctx, input.organizationId);
    await requireGoodPassword('password', input.password, input.email);
    const passwordHash = await hashPassword(input.password);
    const { role, practitionerId, patientId } = input;
    const email = normalEmail(input.email);
    // who hangs up has been told all the same, if only by the time it took: it counts
    const user = await this.transactions.run(scope.evenIfGone(), async (tx) => {
      await this.takenEmails.requireUntold(tx);
      await requireRow(tx, this.practitioners, 'practitioner', practitionerId);
      await requireRow(tx, this.patients, 'patient', patientId);
      const added = await this.addIfFree(tx, { email, passwordHash, role, practitionerId, patientId });
      if (!added) await this.takenEmails.noteTold(tx, email); // the event must stay, so this commits
      return added;
    });
    if (!user) throw taken('email');
    return user;
  }

  /**
   * @throws Forbidden a super admin is changed by somebody who is none
   * @throws BadUserInput the user cannot have this role or password
   */
  async update(ctx: RequestContext, input: UpdateUserInput): Promise<User> {
    const scope = await this.tenancy.of(ctx, User, 'user', input.id);
    const { password } = input;
    if (password != null) await requireGoodPassword('password', password);
    const passwordHash = password == null ? undefined : await hashPassword(password);
    return this.transactions.run(scope, async (tx) => {
      const user = await this.readable.rows.lock(tx, input.id);
      if (!user) throw new NotFound('user', input.id);
      requireMayChange(tx.ctx.actor, user);
      if (password != null) requireOtherThanEmail('password', password, user.email);
      if (input.role != null) requireRoleFits(user, input.role);
      const changes = changesOf(user, input, passwordHash);
      return Object.keys(changes).length ? this.change(tx, user, changes) : user;
    });
  }

  /** Deactivates an account whose password others know, and gives it one that nobody does: reactivated, it lets nobody in. */
  async shut(tx: Tx, user: User): Promise<void> {
    const passwordHash = await hashPassword(randomBytes(32).toString('base64url'));
    const row = await this.readable.rows.lock(tx, user.id);
    if (row) await this.change(tx, row, { active: false, passwordHash });
  }

  /** Writes an account and its event: a part of what makes organizations. @throws BadUserInput the email has one */
  async add(tx: Tx, account: NewAccount, emailField = 'email'): Promise<User> {
    const user = await this.addIfFree(tx, { ...account, email: normalEmail(account.email) });
    if (!user) throw taken(emailField);
    return user;
  }

  /** Null where the email has an account, in whatever organization. */
  private async addIfFree(tx: Tx, account: NewAccount): Promise<User | null> {
    const now = tx.ctx.now();
    const user = await this.readable.rows.insertUnlessTaken(tx, 'users_email', {
      id: newId(),
      email: account.email,
      passwordHash: account.passwordHash,
      role: account.role,
      isSuperAdmin: account.isSuperAdmin ?? false,
      practitionerId: account.practitionerId ?? null,
      patientId: account.patientId ?? null,
      active: true,
      createdAt: now,
      updatedAt: now,
    });
    if (!user) return null;
    const { id, role, isSuperAdmin, practitionerId, patientId } = user;
    this.audit.record(tx, {
      action: 'CREATE_USER',
      resource: 'user',
      resourceId: id,
      patientId,
      details: { role, ...(isSuperAdmin && { isSuperAdmin }), ...(practitionerId && { practitionerId }) },
    });
    return user;
  }

  private async change(tx: Tx, user: User, changes: Changes): Promise<User> {
    const fields = Object.keys(changes).map((field) => (field === 'passwordHash' ? 'password' : field));
    const changed = await this.readable.rows.update(tx, user, { ...changes, updatedAt: tx.ctx.now() });
    const end = endedBy(changes);
    if (end) await this.signIns.endAll(tx, changed.id, end);
    tx.afterCommit(() => this.accounts.forget(changed));
    this.audit.record(tx, {
      action: 'UPDATE_USER',
      resource: 'user',
      resourceId: changed.id,
      patientId: changed.patientId,
      details: { fields },
    });
    return changed;
  }
}

/** It may be another organization's: nothing here says so. */
function taken(emailField: string): BadUserInput {
  return new BadUserInput({ [emailField]: 'cannot be used, choose another one' });
}

function changesOf(user: User, input: UpdateUserInput, passwordHash: string | undefined): Changes {
  return {
    ...(input.role != null && input.role !== user.role && { role: input.role }),
    ...(input.active != null && input.active !== user.active && { active: input.active }),
    ...(passwordHash !== undefined && { passwordHash }),
  };
}

/** Why the user's sign-ins are over. A reactivation has nothing to end: the deactivation did. */
function endedBy({ active, passwordHash, role }: Changes): EndReason | undefined {
  if (active === false) return EndReason.DEACTIVATION;
  if (passwordHash !== undefined) return EndReason.PASSWORD_CHANGE;
  return role === undefined ? undefined : EndReason.ROLE_CHANGE;
}

async function requireRow<Row extends TenantRow>(
  tx: Tx,
  rows: TenantRepository<Row>,
  resource: string,
  id: string | null | undefined,
): Promise<void> {
  if (id != null && !(await rows.find(tx, id))) throw new NotFound(resource, id);
}
