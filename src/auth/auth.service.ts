import { Injectable } from '@nestjs/common';
import { AuditOutcome, AuditService, type AuditRecord } from '../audit/audit.service.ts';
import { TenantRepository } from '../database/tenant-repository.ts';
import { Transactions } from '../database/transactions.ts';
import type { Tx } from '../database/tx.ts';
import { Unauthenticated } from '../errors/domain-error.ts';
import { AddressLimits } from '../rate-limits/address-limits.service.ts';
import { RequestContext, type Actor } from '../request-context/request-context.ts';
import { AccountsService } from '../users/accounts.service.ts';
import { EndReason, type SignIn } from '../users/sign-in.entity.ts';
import { SignIns } from '../users/sign-ins.ts';
import { actorOf } from '../users/links.ts';
import { verifyPassword } from '../users/passwords.ts';
import { User } from '../users/user.entity.ts';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from './access-tokens.service.ts';
import { LockedOut, LoginAttempts, Outcome, type Attempt } from './login-attempts.service.ts';
import { RefreshTokens, Spending, type OwnedToken } from './refresh-tokens.service.ts';

/** Somebody who has just signed in, and what they got. */
export interface SignedIn {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
  readonly user: User;
  readonly actor: Actor;
}

/** What a transaction of a sign-in decided: refused ones commit too, since their event must stay. */
type Granted = (Pick<SignedIn, 'refreshToken' | 'user'> & { readonly signInId: string }) | undefined;

/** Signing in and out. */
@Injectable()
export class AuthService {
  private readonly users = new TenantRepository(User);
  private readonly signIns = new SignIns();

  constructor(
    private readonly transactions: Transactions,
    private readonly accounts: AccountsService,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly addresses: AddressLimits,
    private readonly attempts: LoginAttempts,
    private readonly audit: AuditService,
  ) {}

  /**
   * An unknown email takes the same way as a known one, so that neither the answer nor its time tells which it is.
   *
   * @throws Unauthenticated unknown email, wrong password or inactive user: one answer for all
   * @throws RateLimited too many calls from this address, or too many failures; the password was not checked
   */
  async login(ctx: RequestContext, input: { email: string; password: string }): Promise<SignedIn> {
    const nobody = anonymous(ctx);
    await this.addresses.pass(nobody, 'login');
    const attempt = await this.claim(nobody, input.email);
    const account = await this.accounts.byEmail(nobody, input.email);
    const fits = await verifyPassword(account?.passwordHash, input.password);
    const granted = account && fits && account.active ? await this.grant(nobody, account, attempt) : undefined;
    if (granted) return this.signIn(granted);
    await this.recordFailure(nobody, account, attempt);
    throw new Unauthenticated('The email or the password is wrong.');
  }

  /**
   * A spent token ends its whole sign-in: of the two who have it, one is a thief, and nothing tells which.
   *
   * @throws Unauthenticated the token is unknown, spent or expired, or its user may not sign in any more
   */
  async refresh(ctx: RequestContext, refreshToken: string): Promise<SignedIn> {
    const nobody = anonymous(ctx);
    await this.addresses.pass(nobody, 'refresh');
    const owned = await this.refreshTokens.find(nobody, refreshToken);
    const granted = owned && (await this.transactions.run(homeOf(nobody, owned.user), (tx) => this.goOn(tx, owned)));
    if (!granted) throw new Unauthenticated('Sign in again: the refresh token is unknown, expired or already used.');
    return this.signIn(granted);
  }

  /** Ends the sign-in that the refresh token descends from. True for an unknown one too: there is nothing left to end. */
  async logout(ctx: RequestContext, refreshToken: string): Promise<boolean> {
    const nobody = anonymous(ctx);
    await this.addresses.pass(nobody, 'logout');
    const owned = await this.refreshTokens.find(nobody, refreshToken);
    if (!owned) return true;
    await this.transactions.run(homeOf(nobody, owned.user), async (tx) => {
      await this.users.lock(tx, owned.user.id);
      if (!(await this.end(tx, owned, EndReason.LOGOUT))) return;
      await this.record(tx, 'LOGOUT', owned.user);
    });
    return true;
  }

  /** The password took its time: what was read before it is read again, locked against an update of the account. */
  private grant(nobody: RequestContext, account: User, attempt: Attempt): Promise<Granted> {
    return this.transactions.run(homeOf(nobody, account), async (tx) => {
      const user = await this.users.lock(tx, account.id);
      if (!user?.active || user.passwordHash !== account.passwordHash) return undefined;
      await this.attempts.settle(tx, attempt, Outcome.SUCCEEDED);
      await this.record(tx, 'LOGIN', user);
      return this.issue(tx, user, await this.signIns.begin(tx, user.id));
    });
  }

  /** The sign-in goes on with the next token, or this one was no good. */
  private async goOn(tx: Tx, owned: OwnedToken): Promise<Granted> {
    const user = await this.users.lock(tx, owned.user.id);
    const signIn = user?.active ? await this.signIns.lockLive(tx, owned.signInId) : null;
    const spending = await this.refreshTokens.spend(tx, owned.tokenId);
    const granted = user && signIn && spending === Spending.SERVED;
    await this.record(tx, 'REFRESH_TOKEN', owned.user, granted ? AuditOutcome.SUCCESS : AuditOutcome.FAILURE);
    if (granted) return this.issue(tx, user, signIn);
    if (spending === Spending.SPENT_BEFORE && (await this.end(tx, owned, EndReason.REUSE)))
      await this.record(tx, 'REFRESH_TOKEN_REUSED', owned.user, AuditOutcome.DENIED);
    return undefined;
  }

  private async end(tx: Tx, { signInId, user }: OwnedToken, reason: EndReason): Promise<boolean> {
    tx.afterCommit(() => this.accounts.forget(user));
    return this.signIns.end(tx, signInId, reason);
  }

  private async issue(tx: Tx, user: User, signIn: SignIn): Promise<NonNullable<Granted>> {
    return { refreshToken: await this.refreshTokens.issue(tx, signIn), user, signInId: signIn.id };
  }

  private async signIn({ refreshToken, user, signInId }: NonNullable<Granted>): Promise<SignedIn> {
    const actor = actorOf(user);
    const accessToken = await this.accessTokens.issue(actor, signInId);
    return { accessToken, refreshToken, expiresIn: ACCESS_TOKEN_SECONDS, user, actor };
  }

  /** In the trail of the account's organization; an email that nobody has belongs to none. Never the email itself. */
  private async recordFailure(nobody: RequestContext, account: User | null, attempt?: Attempt): Promise<void> {
    const of = { resource: 'user', resourceId: account?.id };
    await this.transactions.run(account ? nobody.within(account.organizationId) : nobody, async (tx) => {
      const record = (event: AuditRecord): Promise<void> =>
        account ? this.audit.record(tx, event) : this.audit.recordNowhere(tx, event);
      if (!attempt)
        return record({ ...of, action: 'LOGIN_FAILURE', outcome: AuditOutcome.DENIED, details: { locked: true } });
      await record({ ...of, action: 'LOGIN_FAILURE', outcome: AuditOutcome.FAILURE });
      const seconds = await this.attempts.settle(tx, attempt, Outcome.FAILED);
      if (seconds > 0)
        await record({ ...of, action: 'LOGIN_LOCKED', outcome: AuditOutcome.DENIED, details: { seconds } });
    });
  }

  /** @throws LockedOut which is in the trail as a failure, too */
  private async claim(nobody: RequestContext, email: string): Promise<Attempt> {
    try {
      return await this.attempts.claim(nobody, email);
    } catch (error) {
      if (error instanceof LockedOut) await this.recordFailure(nobody, await this.accounts.byEmail(nobody, email));
      throw error;
    }
  }

  private record(tx: Tx, action: string, user: User, outcome = AuditOutcome.SUCCESS): Promise<void> {
    return this.audit.record(tx, { action, resource: 'user', resourceId: user.id, outcome });
  }
}

/** Whoever the request said it was: signing in begins as nobody, and the trail must not name somebody else. */
function anonymous(ctx: RequestContext): RequestContext {
  return RequestContext.anonymous(ctx.origin, ctx.now);
}

/** As this user and in their organization, super admins too: there alone their tokens can be written. */
function homeOf(nobody: RequestContext, user: User): RequestContext {
  return nobody.as(actorOf(user)).within(user.organizationId);
}
