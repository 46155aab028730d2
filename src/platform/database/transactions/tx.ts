import type { PoolClient } from 'pg';
import type { EntityManager, ObjectLiteral } from 'typeorm';
import { CallerGone } from '../../../foundation/errors/domain-error.ts';
import type { RequestContext } from '../../../foundation/request-context/request-context.ts';

/**
 * A running transaction. A method that must be atomic takes one; only Transactions makes them, and the private
 * members keep an object literal from passing for one.
 */
export class Tx {
  private replaySafe = false;
  private repeatable = false;
  private reads = false;
  private over = false;
  private abandoned = false;
  private readonly effects: (() => void)[] = [];
  private readonly sent: Promise<unknown>[] = [];
  private readonly last: (() => void)[] = [];

  constructor(
    readonly ctx: RequestContext,
    readonly manager: EntityManager,
    private readonly client: PoolClient,
  ) {}

  /** The organization every row of this transaction belongs to; null while a super admin reads in all of them. */
  get reach(): string | null {
    return this.ctx.organizationId ?? null;
  }

  /** The one organization that is worked in. Writing in all of them is impossible, here and in PostgreSQL. */
  get organizationId(): string {
    if (!this.reach) throw new Error('This transaction has no organization: it can only read.');
    return this.reach;
  }

  /**
   * Runs SQL with parameters and gives its rows. It is on its way at once: statements that are asked for before the first
   * of them is awaited make one round trip, and PostgreSQL runs them one after the other, in their order. After one that
   * fails it refuses those behind it, so await them in that order too (`Promise.all` does).
   */
  sql<Row extends ObjectLiteral>(text: string, parameters: unknown[] = []): Promise<Row[]> {
    this.requireRunning();
    if (this.ctx.origin.isGone?.()) {
      this.abandoned = true;
      return refused(new CallerGone());
    }
    const rows = this.client.query<Row>(text, parameters).then(
      (result) => {
        this.ctx.effort.rows += result.rows.length;
        return result.rows;
      },
      (error: unknown) => {
        // from the socket to here tells nobody anything; whoever asked does
        if (error instanceof Error) Error.captureStackTrace(error);
        throw error;
      },
    );
    // the work may end before it comes to await this one; then whatever ended it is what is told
    rows.catch(() => undefined);
    return rows;
  }

  /**
   * As `sql`, for a statement that fails where it does not do what it is for, and whose rows nobody needs: nobody waits
   * for it, it travels together with the COMMIT, and where it fails the transaction does.
   */
  send(text: string, parameters: unknown[]): void {
    this.sent.push(this.sql(text, parameters));
  }

  /** Runs when the work is done and before the COMMIT is sent: what it sends travels along. Not where the work failed. */
  beforeCommit(send: () => void): void {
    this.requireRunning();
    this.last.push(send);
  }

  /** @throws Error whatever is still to be written would be lost */
  requireRunning(): void {
    if (this.over) throw new Error('This transaction is over: something was not awaited before its end.');
  }

  /** Runs once the transaction has committed; never when it was rolled back or replayed. Must not throw. */
  afterCommit(effect: () => void): void {
    this.effects.push(effect);
  }

  /**
   * Says that running this closure again cannot repeat its effect, even if the first commit went through, and that the same call
   * sent again cannot either.
   */
  allowBlindReplay(): void {
    this.replaySafe = true;
    this.repeatable = true;
  }

  /** As allowBlindReplay, within this call: the same one sent again would know nothing of what this one has saved. */
  allowBlindReplayHere(): void {
    this.replaySafe = true;
  }

  /** Says that this closure changes nothing but the trail of what was read. */
  onlyReads(): void {
    this.reads = true;
    this.replaySafe = true;
  }

  get isRead(): boolean {
    return this.reads;
  }

  get mayReplayBlindly(): boolean {
    return this.replaySafe;
  }

  /** Whether the caller may send the call again, should its commit stay in doubt. */
  get mayBeRepeated(): boolean {
    return this.repeatable;
  }

  /** A statement was not sent, since whoever asked has hung up: what was sent before it must not be saved alone. */
  get isAbandoned(): boolean {
    return this.abandoned;
  }

  /** For Transactions alone: no statement may follow. @returns the answers of all that were sent and not waited for */
  end(): Promise<unknown> {
    for (const send of this.last.splice(0)) send();
    this.over = true;
    const answers = Promise.all(this.sent);
    // where something else ends the transaction, nobody comes to ask
    answers.catch(() => undefined);
    return answers;
  }

  /** For Transactions alone: the work has failed, or its COMMIT. */
  fail(): void {
    this.over = true;
  }

  /** For Transactions alone. */
  committed(): void {
    for (const effect of this.effects) effect();
  }
}

/** Whoever asked may have left without awaiting it. */
function refused(error: Error): Promise<never> {
  const refusal = Promise.reject(error);
  refusal.catch(() => undefined);
  return refusal;
}
