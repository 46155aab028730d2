import { Injectable } from '@nestjs/common';
import { AuditOutcome, AuditService, type AuditRecord } from '../../rules/audit/audit.service.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { BadUserInput, Unauthenticated, type DomainError } from '../../foundation/errors/domain-error.ts';
import { DoorLimits, type OwnSlot, type Passage } from '../../rules/rate-limits/door-limits.service.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { Shortfall } from '../second-factor/second-factor.errors.ts';
import { AccountsService } from '../users/accounts.service.ts';
import { actorOf } from '../users/links.ts';
import { verifyPassword } from '../users/passwords.ts';
import { User } from '../users/user.entity.ts';
import { Devices, slotOf } from './devices.service.ts';
import { LockedOut, LoginAttempts, Outcome, type Attempt } from './login-attempts.service.ts';

/**
 * What the work behind the password came to. A refusal is in the trail, whatever it is for: the password of this account
 * is in somebody's hands. A code that is INVALID is a guess that failed, and counts as one.
 */
export type Proof<T> = { readonly granted: T } | { readonly refusal: DomainError; readonly secondFactor: Shortfall };

/** What somebody who is not signed in says of who they are. */
export interface SentCredentials {
  readonly email: string;
  readonly password: string;
  /** Of a login on this device. */
  readonly deviceToken?: string | null;
}

/** An attempt that was let in: what its failure counts for, and whose account it is about, if anybody's. */
interface Entered {
  readonly account: User | null;
  readonly attempt: Attempt;
  readonly passage: Passage;
}

/** Checks who somebody is, under the limits that keep guessers out. */
@Injectable()
export class Credentials {
  private readonly users = new TenantRepository(User);

  constructor(
    private readonly transactions: Transactions,
    private readonly accounts: AccountsService,
    private readonly doors: DoorLimits,
    private readonly devices: Devices,
    private readonly attempts: LoginAttempts,
    private readonly audit: AuditService,
  ) {}

  /**
   * Runs the work as the active user with this email and password, in a transaction that has locked the user's row.
   * `nobody` is a context that is not signed in. An unknown email takes the same way as a known one, so that neither the
   * answer nor its time tells which it is.
   *
   * @throws Unauthenticated unknown email, wrong password or inactive user: one answer for all
   * @throws RateLimited too many tries of this address or device, or too many failures; the password was not checked
   */
  async prove<T>(
    nobody: RequestContext,
    { email, password, deviceToken }: SentCredentials,
    work: (tx: Tx, user: User) => Promise<Proof<T>>,
  ): Promise<T> {
    const entered = await this.enter(nobody, email, deviceToken);
    const proof = await this.byPassword(nobody, entered, password, work);
    if (proof && 'granted' in proof) return proof.granted;
    await this.recordFailure(nobody, entered, proof?.secondFactor);
    throw proof?.refusal ?? new Unauthenticated('The email or the password is wrong.');
  }

  /**
   * As `prove`, for somebody who is signed in, whose guesses count for their sign-in: strangers at the same address do not
   * keep them from it. Where they prove something else than the password, a right proof forgives no guess of it, since
   * whoever holds a stolen access token may have a code that serves.
   *
   * @param password if that is what they prove
   * @throws BadUserInput the password is wrong: a signed-in caller who mistyped is not to be signed out for it
   * @throws RateLimited too many tries in this sign-in; nothing was checked
   */
  async proveAgain<T>(
    ctx: RequestContext,
    nobody: RequestContext,
    work: (tx: Tx, user: User) => Promise<Proof<T>>,
    password?: string,
  ): Promise<T> {
    const { organizationId, userId, signInId } = ctx.actor;
    const own: OwnSlot = { policy: 'sign-in', subject: signInId ?? userId };
    const passage = await this.doors.pass(nobody, 'login', own);
    const account = await this.transactions.read(ctx.within(organizationId), (tx) => this.users.get(tx, userId));
    const entered = { account, passage, attempt: await this.claim(nobody, account.email, account, own) };
    const proof =
      password === undefined
        ? await this.asUser(nobody, account, entered, work, Outcome.NEITHER)
        : await this.byPassword(nobody, entered, password, work);
    if (proof && 'granted' in proof) return proof.granted;
    await this.recordFailure(nobody, entered, proof?.secondFactor ?? (password === undefined ? 'INVALID' : undefined));
    if (proof) throw proof.refusal;
    throw password === undefined ? new Unauthenticated() : new BadUserInput({ password: 'is not your password' });
  }

  /** A device that this account has signed in on has a slot of its own; everybody else shares that of their address. */
  private async enter(nobody: RequestContext, email: string, deviceToken?: string | null): Promise<Entered> {
    const sent = this.devices.read(email, deviceToken, nobody.now());
    let own = sent && slotOf(email, sent);
    let passage = await this.doors.pass(nobody, 'login', own);
    const account = await this.accounts.byEmail(nobody, email);
    if (sent && !this.devices.isOf(account, sent)) {
      own = undefined;
      passage = await this.doors.pass(nobody, 'login');
    }
    return { account, passage, attempt: await this.claim(nobody, email, account, own) };
  }

  /** Undefined where the password is wrong, or nobody's. */
  private async byPassword<T>(
    nobody: RequestContext,
    entered: Entered,
    password: string,
    work: (tx: Tx, user: User) => Promise<Proof<T>>,
  ): Promise<Proof<T> | undefined> {
    const { account } = entered;
    const fits = await verifyPassword(account?.passwordHash, password);
    return account && fits && account.active
      ? this.asUser(nobody, account, entered, work, Outcome.SUCCEEDED)
      : undefined;
  }

  /** The password took its time: what was read before it is read again, locked against an update of the account. */
  private async asUser<T>(
    nobody: RequestContext,
    account: User,
    { attempt, passage }: Entered,
    work: (tx: Tx, user: User) => Promise<Proof<T>>,
    whenGranted: Exclude<Outcome, Outcome.FAILED>,
  ): Promise<Proof<T> | undefined> {
    const deciding = this.transactions.run(homeOf(nobody, account), async (tx) => {
      const user = await this.users.lock(tx, account.id);
      if (!user?.active || user.passwordHash !== account.passwordHash) return undefined;
      const proof = await work(tx, user);
      if (!('granted' in proof)) return proof;
      this.attempts.settleAtCommit(tx, attempt, whenGranted);
      passage.uncount(tx);
      return proof;
    });
    return deciding.catch(async (error: unknown) => {
      // what went wrong is not the caller's guess; should this fail too, the attempt counts as one that was given up
      await this.transactions.run(nobody, (tx) => this.attempts.settle(tx, attempt, Outcome.NEITHER)).catch(() => 0);
      throw error;
    });
  }

  /** @throws LockedOut which is in the trail as a failure, too */
  private async claim(
    nobody: RequestContext,
    email: string,
    account: User | null,
    own: OwnSlot | undefined,
  ): Promise<Attempt> {
    try {
      return await this.attempts.claim(nobody, email, own);
    } catch (error) {
      if (error instanceof LockedOut) await this.recordRefusal(nobody, account);
      throw error;
    }
  }

  private recordFailure(
    nobody: RequestContext,
    { account, attempt }: Entered,
    secondFactor: Shortfall | undefined,
  ): Promise<void> {
    const counts = secondFactor === undefined || secondFactor === 'INVALID';
    const details = secondFactor && { secondFactor };
    const of = { resource: 'user', resourceId: account?.id };
    return this.inTrailOf(nobody, account, async (tx, record) => {
      record({ ...of, action: 'LOGIN_FAILURE', outcome: AuditOutcome.FAILURE, details });
      const seconds = await this.attempts.settle(tx, attempt, counts ? Outcome.FAILED : Outcome.NEITHER);
      if (seconds > 0) record({ ...of, action: 'LOGIN_LOCKED', outcome: AuditOutcome.DENIED, details: { seconds } });
    });
  }

  private recordRefusal(nobody: RequestContext, account: User | null): Promise<void> {
    return this.inTrailOf(nobody, account, (_tx, record) => {
      record({
        action: 'LOGIN_FAILURE',
        resource: 'user',
        resourceId: account?.id,
        outcome: AuditOutcome.DENIED,
        details: { locked: true },
      });
    });
  }

  /**
   * In the trail of the account's organization; an email that nobody has belongs to none. Never the email itself. May run
   * again when its COMMIT was lost: an attempt is settled once, and better a refusal twice in the trail than not at all.
   */
  private inTrailOf(
    nobody: RequestContext,
    account: User | null,
    work: (tx: Tx, record: (event: AuditRecord) => void) => Promise<void> | void,
  ): Promise<void> {
    return this.transactions.run(account ? nobody.within(account.organizationId) : nobody, (tx) => {
      tx.allowBlindReplay();
      return work(tx, (event) => (account ? this.audit.record(tx, event) : this.audit.recordNowhere(tx, event)));
    });
  }
}

/** As this user and in their organization, super admins too: there alone their tokens can be written. */
export function homeOf(nobody: RequestContext, user: User): RequestContext {
  return nobody.as(actorOf(user)).within(user.organizationId);
}
