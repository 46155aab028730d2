import type { EntityManager, ObjectLiteral } from 'typeorm';
import type { RequestContext } from '../request-context/request-context.ts';

/**
 * A running transaction. A method that must be atomic takes one; only Transactions makes them, and the private
 * members keep an object literal from passing for one.
 */
export class Tx {
  private replaySafe = false;
  private reads = false;
  private readonly effects: (() => void)[] = [];

  constructor(
    readonly ctx: RequestContext,
    readonly manager: EntityManager,
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

  /** Runs SQL with parameters and returns its rows. */
  async sql<Row extends ObjectLiteral>(text: string, parameters: unknown[] = []): Promise<Row[]> {
    const result: unknown = await this.manager.query(text, parameters);
    // TypeORM answers UPDATE and DELETE with [rows, count]
    const rows =
      Array.isArray(result) && result.length === 2 && Array.isArray(result[0]) ? (result[0] as unknown) : result;
    return rows as Row[];
  }

  /** Runs once the transaction has committed; never when it was rolled back or replayed. Must not throw. */
  afterCommit(effect: () => void): void {
    this.effects.push(effect);
  }

  /** Says that running this closure again cannot repeat its effect, even if the first commit went through. */
  allowBlindReplay(): void {
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

  /** For Transactions alone. */
  committed(): void {
    for (const effect of this.effects) effect();
  }
}
