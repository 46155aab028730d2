import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import stringify from 'safe-stable-stringify';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { DomainError } from '../../foundation/errors/domain-error.ts';
import { IdempotencyKeyReused } from './idempotency.errors.ts';
import { clearsByNull } from './null-clears.ts';

/** Whom a key belongs to that a process of the version before has claimed: whoever of the organization repeats its call. */
const UNKNOWN_USER = '00000000-0000-0000-0000-000000000000';

export interface KeyedCall {
  /** The mutation: keys of different operations do not meet. */
  readonly operation: string;
  /**
   * What the client sent, the key included. Equal instants in different offsets are the same input, and so are null and
   * left out, but where the input's class says `@NullClears()`.
   */
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

/** A key as it was claimed. */
interface Claimed {
  /** Of the input word by word, as the version before compares it: for its processes, and of what they claimed. */
  readonly request_hash: Buffer;
  /** Of what the input means; null in what they claimed. */
  readonly input_hash: Buffer | null;
  readonly resource_id: string;
}

/** The same call twice, even at the same instant or after a crash, happens once. */
@Injectable()
export class Idempotency {
  /**
   * Claims the key for the caller and does the work, or finds it claimed and gives the object of the first call. The claim
   * is part of the transaction: a refused call leaves its key free, a crash leaves nothing, a call at the same instant waits
   * here. Claim and questions are sent in one go; nothing is decided by the answers before the claim is known.
   *
   * Locks: the key, first of all (see docs/architecture.md, lock order).
   *
   * @throws IdempotencyKeyReused the key came before from the same user with a different input
   */
  async once<Facts, Answer>(tx: Tx, call: KeyedCall, { ask, work, replay }: Doing<Facts, Answer>): Promise<Answer> {
    const key = call.input.idempotencyKey;
    if (key == null) return work(await ask());
    tx.allowBlindReplay();
    const mine = [tx.organizationId, call.operation, key, tx.ctx.actor.userId];
    const { sent, meant } = hashesOf(call.input);
    const claiming = tx.sql(
      `INSERT INTO idempotency_keys (organization_id, operation, key, user_id, request_hash, input_hash, resource_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING 1`,
      [...mine, sent, meant, call.resourceId],
    );
    const asking = ask();
    asking.catch(() => undefined);
    if ((await claiming).length) return work(await asking);
    await asking.catch(unlessRefused);
    // The first call's COMMIT may have given up waiting for the standby. A transaction that has only read would not wait
    // either, and tell of what can still be lost; one that leaves a message in the WAL waits for all that came before.
    const [first] = await tx.sql<Claimed>(
      `SELECT request_hash, input_hash, resource_id, pg_logical_emit_message(true, 'therapy-units', 'replay')
         FROM idempotency_keys WHERE organization_id = $1 AND operation = $2 AND key = $3 AND user_id IN ($4, $5)`,
      [...mine, UNKNOWN_USER],
    );
    const same = first?.input_hash ? first.input_hash.equals(meant) : first?.request_hash.equals(sent);
    if (!first || !same) throw new IdempotencyKeyReused();
    return replay(first.resource_id);
  }
}

/** To a call that came before, the answers mean nothing, refusals neither; yet a fault of the database ends the transaction. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}

/** Of an input as it was sent, and of what it means: without fields that are null and might as well be left out. */
function hashesOf(input: object): { sent: Buffer; meant: Buffer } {
  const sent = hashOf(input);
  const idle = Object.entries(input).filter(([field, value]) => value === null && !clearsByNull(input, field));
  if (!idle.length) return { sent, meant: sent };
  return { sent, meant: hashOf({ ...input, ...Object.fromEntries(idle.map(([field]) => [field, undefined])) }) };
}

/** What is undefined counts as left out. */
function hashOf(input: object): Buffer {
  return hash('sha256', stringify({ ...input, idempotencyKey: undefined }) ?? '', 'buffer');
}
