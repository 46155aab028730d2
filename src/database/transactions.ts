import { Injectable, Logger } from '@nestjs/common';
import type { PoolClient, QueryResult } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import type { Pooling } from '../config/environment.ts';
import { DomainError, OutcomeUnknown, TryAgain } from '../errors/domain-error.ts';
import { transactionAttempts } from '../observability/counters.ts';
import { poolWaits, transactionDurations } from '../observability/metrics.ts';
import { inSpan } from '../observability/tracing.ts';
import type { RequestContext } from '../request-context/request-context.ts';
import { backOff } from './back-off.ts';
import { transactionSettings } from './data-source.ts';
import { GatheredReads } from './gathered-reads.ts';
import { Recovery, recoveryOf, sqlStateOf } from './sql-errors.ts';
import { Tx } from './tx.ts';
import { unwarned, Warned } from './unwarned.ts';

export const MOST_ATTEMPTS = 5;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the commit went through is not known. */
class CommitLost extends Error {
  constructor(
    cause: unknown,
    readonly ofRead: boolean,
  ) {
    super('COMMIT was not answered for sure', { cause });
  }
}

/**
 * The only place that begins, commits and replays a transaction.
 *
 * READ COMMITTED with explicit row locks (docs/decisions/). The unit of work is ours because TypeORM's reports success
 * for a transaction that PostgreSQL rolled back at COMMIT, and gives broken connections back to the pool.
 */
@Injectable()
export class Transactions {
  private readonly log = new Logger(Transactions.name);

  private readonly gathered = new GatheredReads((ctx, work) => this.read(ctx, work));

  constructor(
    private readonly dataSource: DataSource,
    private readonly pooling: Pooling = 'session',
  ) {}

  /**
   * Runs the closure in one transaction of the context's organization and commits it. After a passing fault the
   * *whole closure* runs again in a new transaction, at most 5 times: it must have no effect outside `tx`
   * (see `tx.afterCommit`).
   *
   * @throws TryAgain the fault outlasted the attempts; nothing was changed
   * @throws OutcomeUnknown the connection broke during COMMIT, and no idempotency key makes a replay safe
   */
  async run<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    let lost: CommitLost | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await inSpan('transaction', { 'therapy.attempt': attempt }, () => this.attempt(ctx, work));
      } catch (error) {
        if (error instanceof DomainError) {
          transactionAttempts.increment('refused');
          throw error;
        }
        // whatever the attempts after it meet, that one commit may have gone through
        if (error instanceof CommitLost && !error.ofRead) lost = error;
        await this.recover(ctx, error, attempt, lost);
      }
    }
  }

  /**
   * As `run`, for a closure that changes nothing but the trail of what was read: it may run again even when the answer
   * to its COMMIT was lost.
   *
   * @throws TryAgain the fault outlasted the attempts
   */
  async read<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.run(ctx, (tx) => {
      tx.onlyReads();
      return work(tx);
    });
  }

  /**
   * As `read`, in one transaction with all that the same context reads so at this moment: the relation fields of a list
   * take one connection and one commit, not one each.
   */
  readTogether<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.gathered.run(ctx, work);
  }

  /** Decides whether another attempt may follow, and waits for it; throws where none may. */
  private async recover(
    { origin: { requestId } }: RequestContext,
    error: unknown,
    attempt: number,
    lost: CommitLost | undefined,
  ): Promise<void> {
    const cause = error instanceof CommitLost ? error.cause : error;
    const recovery = recoveryOf(cause);
    const state = sqlStateOf(cause) ?? 'unknown';
    if (recovery === Recovery.NONE) {
      transactionAttempts.increment(`failed:${state}`);
      throw lost ? new OutcomeUnknown(error) : error;
    }
    const most = recovery === Recovery.REPLAY_ONCE ? 2 : MOST_ATTEMPTS;
    if (attempt >= most) {
      transactionAttempts.increment(`gave-up:${state}`);
      this.log.warn({ requestId, message: `gave up after ${attempt} attempts, SQLSTATE ${state}` });
      if (lost) throw new OutcomeUnknown(lost.cause);
      if (state === '23P01') throw error;
      throw new TryAgain();
    }
    transactionAttempts.increment(`replayed:${state}`);
    await backOff(attempt);
  }

  private async attempt<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    const asked = performance.now();
    const client = (await runner.connect()) as PoolClient;
    const begun = performance.now();
    poolWaits.observe('primary', begun - asked);
    let outcome = 'rolled_back';
    try {
      await client.query(this.beginning(ctx.organizationId));
      // TypeORM asks this before it locks a row; its own startTransaction() would cost a round trip more
      Object.assign(runner, { isTransactionActive: true });
      const tx = new Tx(ctx, runner.manager);
      const result = await work(tx);
      await this.commit(client, tx);
      outcome = 'committed';
      tx.committed();
      return result;
    } catch (error) {
      await this.abandon(ctx, client, error);
      throw error;
    } finally {
      transactionDurations.observe(outcome, performance.now() - begun);
      await this.giveBack(runner);
    }
  }

  /** BEGIN and the tenant in one round trip. `set_config(..., true)` ends with the transaction: safe with any pool. */
  private beginning(organizationId: string | null | undefined): string {
    if (organizationId != null && !UUID.test(organizationId)) throw new Error('An organization id is a UUID.');
    return (
      'BEGIN ISOLATION LEVEL READ COMMITTED; ' +
      `SELECT set_config('app.organization_id', '${organizationId ?? ''}', true), ` +
      `set_config('app.reach', '${organizationId === null ? 'all' : 'own'}', true)` +
      (this.pooling === 'transaction' ? `, ${transactionSettings()}` : '')
    );
  }

  private async commit(client: PoolClient, tx: Tx): Promise<void> {
    let answer: QueryResult;
    try {
      answer = await unwarned(client, 'COMMIT');
    } catch (error) {
      // a deferred constraint or a serialization failure at COMMIT is a certain rollback; a lost connection is not
      if (recoveryOf(error) !== Recovery.RECONNECT && !(error instanceof Warned)) throw error;
      if (tx.mayReplayBlindly) throw new CommitLost(error, tx.isRead);
      throw new OutcomeUnknown(error);
    }
    // an SQL error that was swallowed inside the closure: PostgreSQL answers COMMIT with ROLLBACK and calls it success
    if (answer.command !== 'COMMIT') throw new Error(`COMMIT was answered with ${answer.command}: nothing was saved`);
    transactionAttempts.increment('committed');
  }

  /** Rolls back; a connection that may still hold the transaction is closed instead of being used again. */
  private async abandon(ctx: RequestContext, client: PoolClient, error: unknown): Promise<void> {
    const broken =
      error instanceof OutcomeUnknown || error instanceof CommitLost || recoveryOf(error) === Recovery.RECONNECT;
    if (!broken) {
      try {
        await client.query('ROLLBACK');
        return;
      } catch (failure) {
        const message = `ROLLBACK failed, the connection is closed: ${sqlStateOf(failure) ?? 'unknown'}`;
        this.log.warn({ requestId: ctx.origin.requestId, message });
      }
    }
    await close(client);
  }

  private async giveBack(runner: QueryRunner): Promise<void> {
    Object.assign(runner, { isTransactionActive: false });
    await runner.release();
  }
}

/** Ending a client makes the pool drop it on release. A connection that is gone already cannot be ended twice. */
async function close(client: PoolClient): Promise<void> {
  await (client as unknown as { end(): Promise<void> }).end().catch(() => undefined);
}
