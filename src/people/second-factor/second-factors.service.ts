import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { TenantRepository, type RowKey } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { BadUserInput, NotFound } from '../../foundation/errors/domain-error.ts';
import { loadBatched } from '../../platform/graphql/lists/loaders.ts';
import { OrganizationsService } from '../organizations/organizations.service.ts';
import { Role, type RequestContext } from '../../foundation/request-context/request-context.ts';
import { AccountsService } from '../users/accounts.service.ts';
import { requireMayChange } from '../users/links.ts';
import { EndReason, type SignIn } from '../users/sign-in.entity.ts';
import { SignIns } from '../users/sign-ins.ts';
import { User } from '../users/user.entity.ts';
import { newRecoveryCodes, normalCode } from './recovery-codes.ts';
import { EnrolmentMisplaced } from './second-factor.errors.ts';
import { Sealing } from './sealing.service.ts';
import { SecondFactor } from './second-factor.entity.ts';
import { newSecret, shownTo, stepOf } from './totp.ts';

export interface TotpSecret {
  readonly secret: string;
  readonly uri: string;
}

/** What a login's second factor comes to: none is asked for, it was used, or what is wrong with it. */
export type Check = 'NONE' | 'TOTP' | 'RECOVERY_CODE' | 'REQUIRED' | 'INVALID' | 'ENROLMENT_REQUIRED';

/** The second factors of users. Those who call with a transaction have locked the user's row. */
@Injectable()
export class SecondFactors {
  private readonly rows = new TenantRepository(SecondFactor);
  private readonly users = new TenantRepository(User);
  private readonly signIns = new SignIns();

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly organizations: OrganizationsService,
    private readonly accounts: AccountsService,
    private readonly sealing: Sealing,
    private readonly audit: AuditService,
  ) {}

  /** Asks for the user's second factor, if there is to be one, and uses up the code. */
  async check(tx: Tx, user: User, code: string | null | undefined): Promise<Check> {
    const row = await this.rows.lock(tx, user.id);
    if (!row?.confirmedAt) return (await this.isWanted(tx, user)) ? 'ENROLMENT_REQUIRED' : 'NONE';
    if (!code?.trim()) return 'REQUIRED';
    return (await this.use(tx, row, code)) ?? 'INVALID';
  }

  /** Uses up a code of a second factor that is on; undefined where it is no right one, or none is on. */
  async used(tx: Tx, user: User, code: string): Promise<'TOTP' | 'RECOVERY_CODE' | undefined> {
    const row = await this.rows.lock(tx, user.id);
    return row?.confirmedAt ? this.use(tx, row, code) : undefined;
  }

  /** Whether the organization wants one of this user, and the sign-in used none, or there is none any more. */
  async isMissing(tx: Tx, user: User, signIn: SignIn): Promise<boolean> {
    if (!(await this.isWanted(tx, user))) return false;
    return !signIn.secondFactor || !(await this.rows.find(tx, user.id))?.confirmedAt;
  }

  /**
   * A new secret, which asks for nothing before it is confirmed.
   *
   * @throws EnrolmentMisplaced a second factor is on already
   */
  async begin(tx: Tx, user: User): Promise<TotpSecret> {
    const before = await this.rows.lock(tx, user.id);
    if (before?.confirmedAt)
      throw new EnrolmentMisplaced('is on already: switch it off with disableTotp first', 'REQUIRED');
    await this.remove(tx, user);
    const secret = newSecret();
    const sealed = this.sealing.seal(secret, user.id);
    const createdAt = tx.ctx.now();
    await this.rows.insert(tx, {
      id: user.id,
      secret: sealed,
      confirmedAt: null,
      lastStep: 0,
      recoveryHashes: [],
      createdAt,
    });
    this.record(tx, 'BEGIN_SECOND_FACTOR', user);
    return shownTo(user.email, secret);
  }

  /**
   * Switches it on, if the code is right, and answers the recovery codes in clear: the only time they are seen. What the
   * password alone let in ends with it; the sign-in that it is set up in, if there is one yet, goes on.
   *
   * @throws EnrolmentMisplaced none was begun
   */
  async confirm(tx: Tx, user: User, code: string, signInId?: string): Promise<string[] | undefined> {
    const row = await this.rows.lock(tx, user.id);
    if (!row || row.confirmedAt)
      throw new EnrolmentMisplaced(
        'there is nothing to confirm: begin first',
        row?.confirmedAt ? 'REQUIRED' : 'ENROLMENT_REQUIRED',
      );
    const step = stepOf(this.sealing.open(row.secret, row.id), normalCode(code), tx.ctx.now());
    if (step === undefined) return undefined;
    const codes = newRecoveryCodes();
    const recoveryHashes = codes.map((each) => this.sealing.hash(normalCode(each), row.id));
    await this.rows.update(tx, row, { confirmedAt: tx.ctx.now(), lastStep: step, recoveryHashes });
    if (signInId) await this.signIns.proved(tx, signInId);
    await this.signIns.endAll(tx, user.id, EndReason.SECOND_FACTOR_SET_UP, signInId);
    tx.afterCommit(() => this.accounts.forget(user));
    this.record(tx, 'ENABLE_SECOND_FACTOR', user);
    return codes;
  }

  /**
   * Switches it off, if the code is right.
   *
   * @throws BadUserInput it is off: then no code proves anything
   */
  async disable(tx: Tx, user: User, code: string): Promise<boolean> {
    const row = await this.rows.lock(tx, user.id);
    if (!row?.confirmedAt) throw new BadUserInput({ secondFactor: 'is off already: there is nothing to switch off' });
    if (!(await this.use(tx, row, code))) return false;
    await this.remove(tx, user);
    this.record(tx, 'DISABLE_SECOND_FACTOR', user);
    return true;
  }

  /**
   * For an admin whose colleague has lost both the device and the recovery codes. All their sign-ins end.
   *
   * @throws NotFound no such user in the caller's reach
   * @throws Forbidden a super admin is reset by somebody who is none
   * @throws BadUserInput it is the caller's own: that takes a code, or a stolen access token would be enough
   */
  async reset(ctx: RequestContext, userId: string): Promise<User> {
    if (userId === ctx.actor.userId)
      throw new BadUserInput({ userId: 'is yourself: use disableTotp with a code, or ask another admin' });
    const scope = await this.tenancy.of(ctx, User, 'user', userId);
    return this.transactions.run(scope, async (tx) => {
      const user = await this.users.lock(tx, userId);
      if (!user) throw new NotFound('user', userId);
      requireMayChange(tx.ctx.actor, user);
      if (!(await this.remove(tx, user))) return user;
      await this.signIns.endAll(tx, user.id, EndReason.SECOND_FACTOR_RESET);
      tx.afterCommit(() => this.accounts.forget(user));
      this.record(tx, 'RESET_SECOND_FACTOR', user);
      return user;
    });
  }

  async isOn(ctx: RequestContext, user: RowKey): Promise<boolean> {
    return Boolean((await loadBatched(ctx, this.batch, user))?.confirmedAt);
  }

  private readonly batch = (ctx: RequestContext, keys: readonly RowKey[]): Promise<SecondFactor[]> =>
    this.transactions.read(ctx, (tx) => this.rows.many(tx, keys));

  private async isWanted(tx: Tx, user: User): Promise<boolean> {
    return user.role !== Role.PATIENT && (await this.organizations.wantsSecondFactor(tx));
  }

  /** A code of the app, or a recovery code: each serves once. Undefined: neither. */
  private async use(tx: Tx, row: SecondFactor, code: string): Promise<'TOTP' | 'RECOVERY_CODE' | undefined> {
    const normal = normalCode(code);
    if (/^\d+$/.test(normal)) {
      const step = stepOf(this.sealing.open(row.secret, row.id), normal, tx.ctx.now());
      if (step === undefined || step <= row.lastStep) return undefined;
      await this.rows.update(tx, row, { lastStep: step });
      return 'TOTP';
    }
    const hash = this.sealing.hash(normal, row.id);
    const left = row.recoveryHashes.filter((each) => !timingSafeEqual(each, hash));
    if (left.length === row.recoveryHashes.length) return undefined;
    await this.rows.update(tx, row, { recoveryHashes: left });
    return 'RECOVERY_CODE';
  }

  private async remove(tx: Tx, user: User): Promise<boolean> {
    const removed = await tx.sql('DELETE FROM second_factors WHERE organization_id = $1 AND id = $2 RETURNING id', [
      tx.organizationId,
      user.id,
    ]);
    return removed.length > 0;
  }

  private record(tx: Tx, action: string, user: User): void {
    this.audit.record(tx, { action, resource: 'user', resourceId: user.id });
  }
}
