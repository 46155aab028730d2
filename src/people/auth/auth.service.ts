import { Injectable } from '@nestjs/common';
import { AuditOutcome, AuditService } from '../../rules/audit/audit.service.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { Unauthenticated } from '../../foundation/errors/domain-error.ts';
import { DoorLimits, type OwnSlot, type Passage } from '../../rules/rate-limits/door-limits.service.ts';
import type { Actor, RequestContext } from '../../foundation/request-context/request-context.ts';
import { SecondFactorMissing } from '../second-factor/second-factor.errors.ts';
import { SecondFactors } from '../second-factor/second-factors.service.ts';
import { AccountsService } from '../users/accounts.service.ts';
import { actorOf } from '../users/links.ts';
import { EndReason, type SignIn } from '../users/sign-in.entity.ts';
import { SignIns } from '../users/sign-ins.ts';
import { User } from '../users/user.entity.ts';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from './access-tokens.service.ts';
import { Credentials, homeOf, type SentCredentials } from './credentials.service.ts';
import { Devices } from './devices.service.ts';
import { RefreshTokens, Spending, type OwnedToken } from './refresh-tokens.service.ts';

export interface LoginCredentials extends SentCredentials {
  readonly totpCode?: string | null;
}

/** Somebody who has just signed in, and what they got. */
export interface SignedIn {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
  /** Of whoever has proved the password: a refresh gives none. */
  readonly deviceToken?: string;
  readonly user: User;
  readonly actor: Actor;
}

/** What a transaction of a sign-in gave out. */
export interface Granted {
  readonly refreshToken: string;
  readonly user: User;
  readonly signInId: string;
}

/** Signing in and out. */
@Injectable()
export class AuthService {
  private readonly users = new TenantRepository(User);
  private readonly signIns = new SignIns();

  constructor(
    private readonly transactions: Transactions,
    private readonly accounts: AccountsService,
    private readonly credentials: Credentials,
    private readonly secondFactors: SecondFactors,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly devices: Devices,
    private readonly doors: DoorLimits,
    private readonly audit: AuditService,
  ) {}

  /**
   * @throws Unauthenticated, RateLimited as Credentials.prove
   * @throws SecondFactorMissing the password is right, and there is to be a second factor
   */
  async login(ctx: RequestContext, input: LoginCredentials): Promise<SignedIn> {
    let given: Granted | undefined;
    const granted = await this.credentials.prove<Granted>(ctx.anonymously(), input, async (tx, user) => {
      const saved = await this.saved(tx, given);
      if (saved) return { granted: saved };
      const check = await this.secondFactors.check(tx, user, input.totpCode);
      if (check === 'REQUIRED' || check === 'INVALID' || check === 'ENROLMENT_REQUIRED')
        return { refusal: new SecondFactorMissing(check), secondFactor: check };
      given = this.begin(tx, user, check === 'NONE' ? undefined : check);
      return { granted: given };
    });
    return this.signInOnDevice(ctx, granted, input.deviceToken);
  }

  /**
   * A spent token ends its whole sign-in: of the two who have it, one is a thief, and nothing tells which.
   *
   * @throws Unauthenticated the token is unknown, spent or expired, or its user may not sign in any more
   * @throws RateLimited too many tries of this address, this token or this user
   */
  async refresh(ctx: RequestContext, refreshToken: string): Promise<SignedIn> {
    const nobody = ctx.anonymously();
    const { owned, passage } = await this.enter(nobody, 'refresh', refreshToken);
    let given: Granted | undefined;
    const granted =
      owned &&
      (await this.transactions.run(homeOf(nobody, owned.user), async (tx) => {
        // first of all: behind it a commit that was lost, and is still under way, has come to its end
        const user = await this.users.lock(tx, owned.user.id);
        // apart, so that who has a token that has served uses up nothing of its owner's
        await this.doors.spendIn(tx, owned.hasServed ? 'refresh:served' : 'refresh:user', owned.user.id);
        given = (await this.saved(tx, given)) ?? (await this.goOn(tx, owned, user));
        if (given) passage.uncount(tx);
        return given;
      }));
    if (!granted) throw new Unauthenticated('Sign in again: the refresh token is unknown, expired or already used.');
    return this.signIn(granted);
  }

  /**
   * Ends the sign-in that the refresh token descends from. True for an unknown one too: there is nothing left to end.
   *
   * @throws RateLimited too many tries of this address or this token
   */
  async logout(ctx: RequestContext, refreshToken: string): Promise<boolean> {
    const nobody = ctx.anonymously();
    const { owned, passage } = await this.enter(nobody, 'logout', refreshToken);
    if (!owned) return true;
    await this.transactions.run(homeOf(nobody, owned.user), async (tx) => {
      tx.allowBlindReplay(); // what has ended ends once, and is in the trail once
      await this.users.lock(tx, owned.user.id);
      if (await this.end(tx, owned, EndReason.LOGOUT)) this.record(tx, 'LOGOUT', owned.user);
      passage.uncount(tx);
    });
    return true;
  }

  /** A new sign-in of a user who has proved who they are; a part of whatever proves it. */
  begin(tx: Tx, user: User, secondFactor?: string): Granted {
    this.audit.record(tx, {
      action: 'LOGIN',
      resource: 'user',
      resourceId: user.id,
      details: secondFactor ? { secondFactor } : undefined,
    });
    return this.issue(tx, user, this.signIns.begin(tx, user.id, secondFactor !== undefined));
  }

  async signIn({ refreshToken, user, signInId }: Granted): Promise<SignedIn> {
    const actor = { ...actorOf(user), signInId };
    const accessToken = await this.accessTokens.issue(actor, signInId);
    return { accessToken, refreshToken, expiresIn: ACCESS_TOKEN_SECONDS, user, actor };
  }

  /** As `signIn`, with what makes the device known at the next login. */
  async signInOnDevice(ctx: RequestContext, granted: Granted, sent: string | null | undefined): Promise<SignedIn> {
    return { ...(await this.signIn(granted)), deviceToken: this.devices.tokenFor(granted.user, sent, ctx.now()) };
  }

  /** What was given out here has a slot of its own, junk that of its address: no flood of it keeps good tokens out. */
  private async enter(
    nobody: RequestContext,
    door: 'refresh' | 'logout',
    token: string,
  ): Promise<{ owned: OwnedToken | undefined; passage: Passage }> {
    const own: OwnSlot | undefined = this.refreshTokens.isStamped(token)
      ? { policy: 'refresh-token', subject: token }
      : undefined;
    const passage = await this.doors.pass(nobody, door, own);
    return { passage, owned: await this.refreshTokens.find(nobody, token) };
  }

  /**
   * What the attempt before this one gave out, if its COMMIT was lost and went through all the same: given out again, or
   * a spent code or token would be taken for a thief's. Asked behind the lock of the user, which that attempt had.
   */
  private async saved(tx: Tx, given: Granted | undefined): Promise<Granted | undefined> {
    tx.allowBlindReplayHere();
    return given && (await this.refreshTokens.has(tx, given.refreshToken)) ? given : undefined;
  }

  /** The sign-in goes on with the next token, or this one was no good. A refusal commits too: its event must stay. */
  private async goOn(tx: Tx, owned: OwnedToken, user: User | null): Promise<Granted | undefined> {
    const signIn = user?.active ? await this.signIns.lockLive(tx, owned.signInId) : null;
    const spending = await this.refreshTokens.spend(tx, owned.tokenId);
    const served = user && signIn && spending === Spending.SERVED;
    // where the organization has come to want a second factor, the login asks for it
    const granted = served && !(await this.secondFactors.isMissing(tx, user, signIn));
    this.record(tx, 'REFRESH_TOKEN', owned.user, granted ? AuditOutcome.SUCCESS : AuditOutcome.FAILURE);
    if (granted) return this.issue(tx, user, signIn);
    if (spending === Spending.SPENT_BEFORE && (await this.end(tx, owned, EndReason.REUSE)))
      this.record(tx, 'REFRESH_TOKEN_REUSED', owned.user, AuditOutcome.DENIED);
    return undefined;
  }

  private async end(tx: Tx, { signInId, user }: OwnedToken, reason: EndReason): Promise<boolean> {
    tx.afterCommit(() => this.accounts.forget(user));
    return this.signIns.end(tx, signInId, reason);
  }

  private issue(tx: Tx, user: User, signIn: Pick<SignIn, 'id'>): Granted {
    return { refreshToken: this.refreshTokens.issue(tx, signIn), user, signInId: signIn.id };
  }

  private record(tx: Tx, action: string, user: User, outcome = AuditOutcome.SUCCESS): void {
    this.audit.record(tx, { action, resource: 'user', resourceId: user.id, outcome });
  }
}
