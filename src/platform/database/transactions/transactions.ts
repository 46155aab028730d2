import { Injectable, Logger } from '@nestjs/common';
import pg, { type PoolClient, type QueryResult } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import type { Pooling } from '../../config/environment.ts';
import {
  CallerGone,
  DomainError,
  InDoubt,
  OutcomeUnknown,
  TookTooLong,
  TryAgain,
} from '../../../foundation/errors/domain-error.ts';
import { FairShare } from '../../../foundation/fair-share/fair-share.ts';
import { transactionAttempts } from '../../observability/counters.ts';
import { poolWaits, transactionDurations } from '../../observability/metrics.ts';
import { inSpan } from '../../observability/tracing.ts';
import type { RequestContext } from '../../../foundation/request-context/request-context.ts';
import { backOff } from '../connection/back-off.ts';
import { transactionSettings } from '../connection/settings.ts';
import { GatheredReads } from './gathered-reads.ts';
import { Recovery, recoveryOf, sqlStateOf } from '../connection/sql-errors.ts';
import { bytesReadBy, close, sharesOf } from './pool.ts';
import { Tx } from './tx.ts';
import { unwarned } from './unwarned.ts';

export const MOST_ATTEMPTS = 5;
/** How long a call waits for a connection. */
const PATIENCE_MS = 10_000;
/** SQLSTATE of a statement that ran into its time-out. */
const OVERDUE = '57014';

/** What is done in one transaction. */
type Work<T> = (tx: Tx) => Promise<T> | T;

/** How the work of one attempt is played, from BEGIN to COMMIT. */
type Play<T> = (client: PoolClient, tx: Tx) => Promise<T>;

/** Whether the commit went through is not known. */
class CommitLost extends Error {
  constructor(
    cause: unknown,
    readonly ofRead: boolean,
    readonly mayBeRepeated: boolean,
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

  /** Whose transaction it is, as a statement with parameters. */
  private readonly settings: string;

  /** Connections of the pool. */
  private readonly connections: FairShare;

  constructor(
    private readonly dataSource: DataSource,
    pooling: Pooling = 'session',
  ) {
    this.settings =
      "SELECT set_config('app.organization_id', $1, true), set_config('app.reach', $2, true)" +
      (pooling === 'transaction' ? `, ${transactionSettings()}` : '');
    this.connections = new FairShare(sharesOf(dataSource), PATIENCE_MS);
  }

  /**
   * Runs the closure in one transaction of the context's organization and commits it. After a passing fault the
   * *whole closure* runs again in a new transaction, at most 5 times: it must have no effect outside `tx`
   * (see `tx.afterCommit`).
   *
   * @throws TryAgain the fault outlasted the attempts; nothing was changed
   * @throws InDoubt it did, after the connection had broken during a COMMIT; another call settles it
   * @throws OutcomeUnknown the connection broke during COMMIT, and nothing makes a replay safe, or the same call sent again
   */
  run<T>(ctx: RequestContext, work: Work<T>): Promise<T> {
    return this.tried(ctx, (client, tx) => this.oneByOne(client, tx, work));
  }

  /** How many wait for a connection. */
  get waiting(): number {
    return this.connections.waiting;
  }

  private async tried<T>(ctx: RequestContext, play: Play<T>): Promise<T> {
    let lost: CommitLost | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await inSpan('transaction', { 'therapy.attempt': attempt }, () => this.attempt(ctx, play));
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
  read<T>(ctx: RequestContext, work: Work<T>): Promise<T> {
    return this.run(ctx, (tx) => {
      tx.onlyReads();
      return work(tx);
    });
  }

  /**
   * As `read`, for work that sends all its statements before it awaits the first, and only asks, or may happen twice: the
   * tenant and they make one round trip. A statement that comes later is refused.
   */
  ask<T>(ctx: RequestContext, work: Work<T>): Promise<T> {
    return this.tried(ctx, (client, tx) => {
      tx.onlyReads();
      return this.atOnce(client, tx, work);
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
      if (lost) throw lost.mayBeRepeated ? new InDoubt(lost.cause) : new OutcomeUnknown(lost.cause);
      if (state === '23P01') throw error;
      throw new TryAgain();
    }
    transactionAttempts.increment(`replayed:${state}`);
    await backOff(attempt);
  }

  /** @throws TryAgain no connection was free in time */
  private async attempt<T>(ctx: RequestContext, play: Play<T>): Promise<T> {
    const { caller } = ctx;
    const asked = performance.now();
    await this.connections.take(caller);
    try {
      ctx.effort.requireRoom();
      if (ctx.origin.isGone?.()) throw new CallerGone();
      return await this.connected(ctx, asked, play);
    } finally {
      this.connections.giveBack(caller);
    }
  }

  private async connected<T>(ctx: RequestContext, asked: number, play: Play<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    const client = (await runner.connect()) as PoolClient;
    const begun = performance.now();
    poolWaits.observe('primary', begun - asked);
    const before = bytesReadBy(client);
    const countBytes = (): void => void (ctx.effort.bytes += bytesReadBy(client) - before);
    let outcome = 'rolled_back';
    const tx = new Tx(ctx, runner.manager, client);
    try {
      // TypeORM asks this before it locks a row; its own startTransaction() would cost a round trip more
      Object.assign(runner, { isTransactionActive: true });
      const result = await play(client, tx);
      outcome = 'committed';
      tx.committed();
      countBytes();
      if (tx.isRead) ctx.effort.requireRoom();
      return result;
    } catch (error) {
      tx.fail();
      if (outcome === 'committed') throw error; // its answer is too large
      countBytes();
      await this.abandon(ctx, client, error);
      if (!tx.isRead || sqlStateOf(error) !== OVERDUE) throw error;
      ctx.effort.overdue += 1;
      throw new TookTooLong();
    } finally {
      transactionDurations.observe(outcome, performance.now() - begun);
      await this.giveBack(runner);
    }
  }

  private async oneByOne<T>(client: PoolClient, tx: Tx, work: Work<T>): Promise<T> {
    const begun = this.begin(client, tx);
    const result = await work(tx);
    await this.commit(client, tx, begun);
    return result;
  }

  /**
   * What is sent under one Sync is a transaction of its own (PostgreSQL, "Extended Query", pipelining) that needs no BEGIN
   * and no COMMIT.
   */
  private async atOnce<T>(client: PoolClient, tx: Tx, work: Work<T>): Promise<T> {
    const begun = client.query(...this.tenantOf(tx));
    begun.catch(() => undefined);
    const working = Promise.resolve(work(tx));
    // should the end itself be refused, nobody comes to ask
    working.catch(() => undefined);
    const sent = tx.end();
    const [, result] = await Promise.all([begun, working, sent]);
    transactionAttempts.increment('committed');
    return result;
  }

  /**
   * BEGIN and the tenant travel with the first statement of the work: nobody waits for their answers before the COMMIT.
   * Should BEGIN fail, what follows has no tenant, and row-level security neither shows nor takes a row.
   * `set_config(..., true)` ends with the transaction: safe with any pool.
   */
  private begin(client: PoolClient, tx: Tx): Promise<unknown> {
    const begun = Promise.all([
      client.query('BEGIN ISOLATION LEVEL READ COMMITTED', []),
      client.query(...this.tenantOf(tx)),
    ]);
    begun.catch(() => undefined);
    return begun;
  }

  private tenantOf({ ctx: { organizationId } }: Tx): [text: string, values: string[]] {
    return [this.settings, [organizationId ?? '', organizationId === null ? 'all' : 'own']];
  }

  /** COMMIT travels with what was sent and not waited for. Where one of those fails PostgreSQL answers it with ROLLBACK. */
  private async commit(client: PoolClient, tx: Tx, begun: Promise<unknown>): Promise<void> {
    const sent = tx.end();
    if (tx.isAbandoned) throw new CallerGone();
    const committing = unwarned(client, 'COMMIT');
    committing.catch(() => undefined);
    let answer: QueryResult;
    let before = true;
    try {
      await begun;
      await sent;
      before = false;
      answer = await committing;
    } catch (error) {
      // What the server refuses before COMMIT, a deferred constraint or a serialization failure at COMMIT is a certain
      // rollback. Whatever the server did not say itself leaves it open: the COMMIT was on its way.
      const isSaid = error instanceof pg.DatabaseError;
      if (isSaid && (before || recoveryOf(error) !== Recovery.RECONNECT)) throw error;
      if (tx.mayReplayBlindly) throw new CommitLost(error, tx.isRead, tx.mayBeRepeated);
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
