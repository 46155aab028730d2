import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import stringify from 'safe-stable-stringify';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { DomainError } from '../../foundation/errors/domain-error.ts';
import { IdempotencyKeyReused } from './idempotency.errors.ts';

export interface KeyedCall {
  /** The mutation: keys of different operations do not meet. */
  readonly operation: string;
  /** What the client sent, the key included. Equal instants in different offsets are the same input. */
  readonly input: { readonly idempotencyKey?: string | null };
  /** The object that the call makes or changes; known beforehand, so that one statement claims the key with its outcome. */
  readonly resourceId: string;
}

/** What a keyed call does. */
export interface Doing<Facts, Answer> {
  /** Asks the database for what the work has to know; its locks are taken behind the key's. */
  readonly ask: () => Promise<Facts>;
  readonly work: (facts: Facts) => Promise<Answer> | Answer;
  /** Gives the object of the first call. */
  readonly replay: (resourceId: string) => Promise<Answer>;
}

/** The same call twice, even at the same instant or after a crash, happens once. */
@Injectable()
export class Idempotency {
  /**
   * Claims the key and does the work, or finds it claimed and gives the object of the first call. The claim is part of
   * the transaction: a refused call leaves its key free, a crash leaves nothing, a call at the same instant waits here.
   * Claim and questions are sent in one go; nothing is decided by the answers before the claim is known.
   *
   * Locks: the key, first of all (see docs/architecture.md, lock order).
   *
   * @throws IdempotencyKeyReused the key came before with a different input
   */
  async once<Facts, Answer>(tx: Tx, call: KeyedCall, { ask, work, replay }: Doing<Facts, Answer>): Promise<Answer> {
    const key = call.input.idempotencyKey;
    if (key == null) return work(await ask());
    tx.allowBlindReplay();
    const inputHash = hashOf(call.input);
    const claiming = tx.sql(
      `INSERT INTO idempotency_keys (organization_id, operation, key, request_hash, resource_id) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [tx.organizationId, call.operation, key, inputHash, call.resourceId],
    );
    const asking = ask();
    asking.catch(() => undefined);
    if ((await claiming).length) return work(await asking);
    await asking.catch(unlessRefused);
    // The first call's COMMIT may have given up waiting for the standby. A transaction that has only read would not wait
    // either, and tell of what can still be lost; one that leaves a message in the WAL waits for all that came before.
    const [first] = await tx.sql<{ request_hash: Buffer; resource_id: string }>(
      `SELECT request_hash, resource_id, pg_logical_emit_message(true, 'therapy-units', 'replay')
         FROM idempotency_keys WHERE organization_id = $1 AND operation = $2 AND key = $3`,
      [tx.organizationId, call.operation, key],
    );
    if (!first?.request_hash.equals(inputHash)) throw new IdempotencyKeyReused();
    return replay(first.resource_id);
  }
}

/** To a call that came before, the answers mean nothing, refusals neither; yet a fault of the database ends the transaction. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}

/** What is left out and what is null mean different things to some inputs, so only the former is dropped. */
function hashOf(input: object): Buffer {
  return hash('sha256', stringify({ ...input, idempotencyKey: undefined }) ?? '', 'buffer');
}
