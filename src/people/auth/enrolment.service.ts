import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { BadUserInput } from '../../foundation/errors/domain-error.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { EnrolmentMisplaced, SecondFactorMissing, type Shortfall } from '../second-factor/second-factor.errors.ts';
import { SecondFactors, type TotpSecret } from '../second-factor/second-factors.service.ts';
import type { User } from '../users/user.entity.ts';
import { AuthService, type Granted, type LoginCredentials, type SignedIn } from './auth.service.ts';
import { Credentials, type Proof } from './credentials.service.ts';

interface Confirmed {
  readonly granted: Granted;
  readonly recoveryCodes: string[];
}

export interface EnrolledSignIn extends SignedIn {
  readonly recoveryCodes: string[];
}

/**
 * Setting up a second factor: by somebody who is signed in, or at the login, by whom it does not let in without one. The
 * password, and every code, is a guess that counts towards the lock-out.
 */
@Injectable()
export class Enrolment {
  constructor(
    private readonly credentials: Credentials,
    private readonly secondFactors: SecondFactors,
    private readonly auth: AuthService,
  ) {}

  /**
   * A stolen access token is not enough: the password is asked for once more.
   *
   * @throws BadUserInput the password is wrong, or a second factor is on already
   */
  begin(ctx: RequestContext, password: string): Promise<TotpSecret> {
    return this.credentials.proveAgain(ctx, ctx.anonymously(), this.beginning, password);
  }

  /** @throws BadUserInput the code is wrong, or there is nothing to confirm */
  confirm(ctx: RequestContext, code: string): Promise<string[]> {
    return this.credentials.proveAgain(ctx, ctx.anonymously(), async (tx, user) =>
      orWrongCode(await this.secondFactors.confirm(tx, user, code, ctx.actor.signInId)),
    );
  }

  /** @throws BadUserInput the code is wrong, or there is nothing to switch off */
  disable(ctx: RequestContext, code: string): Promise<true> {
    return this.credentials.proveAgain(ctx, ctx.anonymously(), async (tx, user) =>
      orWrongCode((await this.secondFactors.disable(tx, user, code)) || undefined),
    );
  }

  /** @throws Unauthenticated, RateLimited as Credentials.prove */
  beginAtLogin(ctx: RequestContext, input: LoginCredentials): Promise<TotpSecret> {
    return this.credentials.prove(ctx.anonymously(), input, this.beginning);
  }

  private readonly beginning = (tx: Tx, user: User): Promise<Proof<TotpSecret>> =>
    orMisplaced(async () => ({ granted: await this.secondFactors.begin(tx, user) }));

  /** @throws Unauthenticated, RateLimited as Credentials.prove; SecondFactorMissing the code is missing or wrong */
  async confirmAtLogin(ctx: RequestContext, input: LoginCredentials): Promise<EnrolledSignIn> {
    const { totpCode } = input;
    const { granted, recoveryCodes } = await this.credentials.prove<Confirmed>(ctx.anonymously(), input, (tx, user) =>
      orMisplaced<Confirmed>(async () => {
        if (!totpCode) return missing('REQUIRED');
        const recoveryCodes = await this.secondFactors.confirm(tx, user, totpCode);
        if (!recoveryCodes) return missing('INVALID');
        return { granted: { granted: this.auth.begin(tx, user, 'TOTP'), recoveryCodes } };
      }),
    );
    return { ...(await this.auth.signInOnDevice(ctx, granted, input.deviceToken)), recoveryCodes };
  }
}

function orWrongCode<T>(granted: T | undefined): Proof<T> {
  if (granted !== undefined) return { granted };
  return {
    refusal: new BadUserInput({ code: 'is wrong, too old, or has served already' }),
    secondFactor: 'INVALID',
  };
}

function missing(secondFactor: Shortfall): Proof<never> {
  return { refusal: new SecondFactorMissing(secondFactor), secondFactor };
}

/** At the login, where the password was right, a step that does not fit is a refusal like others: it is in the trail. */
async function orMisplaced<T>(work: () => Promise<Proof<T>>): Promise<Proof<T>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EnrolmentMisplaced) return { refusal: error, secondFactor: error.atLogin };
    throw error;
  }
}
