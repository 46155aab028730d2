import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { RateLimited } from '../../foundation/errors/domain-error.ts';
import { networkOf } from '../../rules/rate-limits/address.ts';
import { DoorLimits, type OwnSlot } from '../../rules/rate-limits/door-limits.service.ts';
import { Points } from '../../rules/rate-limits/points.service.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { normalEmail } from '../users/email.ts';

/** When failures lock. Intervals as PostgreSQL reads them. */
interface Rule {
  readonly most: number;
  readonly within: string;
  readonly mostADay: number;
  /** Each further failure until then doubles the lock. */
  readonly memory: string;
  readonly firstLock: string;
  readonly longestLock: string;
}

/** An account and an address, or a slot of one's own: whoever guesses. Nobody else is locked out by it. */
const PAIR: Rule = {
  most: 5,
  within: '15 minutes',
  mostADay: 20, // for who has the patience to stay below the 5
  memory: '24 hours',
  firstLock: '1 minute',
  longestLock: '1 hour',
};

/**
 * An account and all addresses that it never signed in from: guessing from many of them is slowed down, further with each
 * failure, to one attempt a minute. The wait is the client's, who is told how long it is: nothing is held for it here. Devices
 * and addresses that the account did sign in from are not asked, so this cannot keep a practitioner from their work.
 */
const ACCOUNT: Rule = {
  most: 50,
  within: '1 hour',
  mostADay: 500,
  memory: '1 hour',
  firstLock: '1 second',
  longestLock: '1 minute',
};

const LONGEST_WAIT_MS = 10_000;
const NEXT_LOOK_MS = 50;

/** An attempt whose password may be checked; `settle` has to follow. */
export interface Attempt {
  readonly claims: readonly { readonly id: string; readonly key: Buffer; readonly rule: Rule }[];
}

export enum Outcome {
  FAILED = 'FAILED',
  /** The password was checked and all is right: what failed before is forgiven, and the address is known from now on. */
  SUCCEEDED = 'SUCCEEDED',
  /** The password was right and something else is missing, or the other way round: neither forgiven nor counted. */
  NEITHER = 'NEITHER',
}

/** Too many failures: the password was not even looked at. */
export class LockedOut extends RateLimited {}

interface Verdict {
  readonly verdict: 'GO' | 'WAIT' | 'LOCKED';
  readonly seconds: number;
  readonly known: boolean;
  /** Which claim it is; null where there is none. */
  readonly claim: string | null;
}

/**
 * Locks out who guesses passwords. An attempt is claimed before its password is checked, so that a hundred guesses at
 * once are five; the others wait until those are decided. Whether the account exists plays no part.
 */
@Injectable()
export class LoginAttempts {
  constructor(
    private readonly transactions: Transactions,
    private readonly points: Points,
    private readonly doors: DoorLimits,
  ) {}

  /**
   * @param own what the attempt is counted for in place of the address: a device, or a sign-in
   * @throws LockedOut this email has failed too often from there, or from many addresses
   * @throws RateLimited its password was looked at too often within a minute, right as it may have been
   */
  async claim(nobody: RequestContext, email: string, own?: OwnSlot): Promise<Attempt> {
    const deadline = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const attempt = await this.transactions.run(nobody, (tx) => this.tryClaim(tx, email, own));
      if (attempt) return attempt;
      if (performance.now() > deadline) throw new RateLimited(1);
      await sleep(NEXT_LOOK_MS * (0.5 + Math.random()));
    }
  }

  /** Settles the attempt, once, and answers for how many seconds it locked; 0 for not at all. */
  async settle(tx: Tx, attempt: Attempt, outcome: Outcome): Promise<number> {
    const locked = await Promise.all(
      settling(attempt, outcome).map((parameters) => tx.sql<{ seconds: number }>(SETTLE, parameters)),
    );
    return Math.max(0, ...locked.map(([of]) => of?.seconds ?? 0));
  }

  /** As `settle`, with an outcome that locks nobody: it travels with the commit. */
  settleAtCommit(tx: Tx, attempt: Attempt, outcome: Exclude<Outcome, Outcome.FAILED>): void {
    for (const parameters of settling(attempt, outcome)) tx.send(SETTLE, parameters);
  }

  /** Undefined: look again in a moment. Locks the pair's row, then the account's. */
  private async tryClaim(tx: Tx, email: string, own: OwnSlot | undefined): Promise<Attempt | undefined> {
    tx.allowBlindReplay(); // at worst there is one that nobody settles, as when a process ends
    const account = normalEmail(email);
    const pairKey = own
      ? this.points.keyOf(`login:${own.policy}`, account, own.subject)
      : this.points.keyOf('login:pair', account, networkOf(tx.ctx.origin.ipAddress));
    const pair = await claimOf(tx, pairKey, PAIR);
    if (pair === 'WAIT') return undefined;
    const claims = [{ id: pair.id, key: pairKey, rule: PAIR }];
    if (own ?? pair.known) {
      // successes are no guesses, and each costs an argon2 all the same
      await this.doors.spendIn(tx, 'login:known', account);
      return { claims };
    }
    const accountKey = this.points.keyOf('login:account', account);
    const whole = await claimOf(tx, accountKey, ACCOUNT);
    if (whole !== 'WAIT') return { claims: [...claims, { id: whole.id, key: accountKey, rule: ACCOUNT }] };
    await this.settle(tx, { claims }, Outcome.NEITHER);
    return undefined;
  }
}

const SETTLE = 'SELECT locked_seconds AS seconds FROM app.settle_attempt($1, $2, $3, $4, $5, $6, $7, $8, $9)';

/** What SETTLE is given for each claim, in the order of their locks. */
function settling({ claims }: Attempt, outcome: Outcome): unknown[][] {
  return claims.map(({ id, key, rule: { most, within, mostADay, memory, firstLock, longestLock } }, index) => {
    // a success forgives the pair; what others tried on the account stays
    const becomes = index > 0 && outcome === Outcome.SUCCEEDED ? Outcome.NEITHER : outcome;
    return [key, id, becomes, most, within, mostADay, memory, firstLock, longestLock];
  });
}

/** @throws LockedOut which rolls back the claims before it */
async function claimOf(
  tx: Tx,
  key: Buffer,
  rule: Rule,
): Promise<'WAIT' | { readonly id: string; readonly known: boolean }> {
  const [found] = await tx.sql<Verdict>(
    'SELECT verdict, seconds, known, claim FROM app.claim_attempt($1, $2, $3, $4, $5)',
    [key, rule.most, rule.within, rule.mostADay, rule.memory],
  );
  if (!found) throw new Error('app.claim_attempt gave no row');
  if (found.verdict === 'LOCKED') throw new LockedOut(found.seconds);
  return found.claim === null ? 'WAIT' : { id: found.claim, known: found.known };
}
