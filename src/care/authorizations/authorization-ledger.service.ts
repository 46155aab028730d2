import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/database/rows/new-id.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import { Turns } from '../../platform/database/transactions/turns.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { NotFound } from '../../foundation/errors/domain-error.ts';
import { unitsMoved } from '../../platform/observability/counters.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { Authorization } from './authorization.entity.ts';
import * as units from './balance.ts';
import { LedgerEntryKind, moved, type Consumption, type Movement } from './balance.ts';

declare const LOCKED: unique symbol;

/**
 * An authorization as it was read under its row lock, which lasts until the transaction ends. Only AuthorizationLedger
 * gives one: whoever moves units has locked them.
 */
export type LockedAuthorization = Authorization & { readonly [LOCKED]: true };

/** What an appointment holds of an authorization, before and after. */
export interface HoldChange {
  readonly appointmentId: string;
  /** As read under the appointment's lock; never a number from a request. */
  readonly from: number;
  readonly to: number;
}

/** A movement, and the appointment that it is of. */
type Entry = Movement & { readonly appointmentId?: string };

/**
 * The only writer of balances and of ledger entries.
 *
 * Lock, decide, write: `lock` locks the authorization row until the transaction ends, the others decide with balance.ts
 * on what was read under that lock, and write the balance and the entries in one statement, which nobody waits for: it
 * travels with the COMMIT. A locked authorization serves for one such statement, of one appointment or of many. Units are whole
 * billing units.
 */
@Injectable()
export class AuthorizationLedger {
  private readonly authorizations = new TenantRepository(Authorization);
  private readonly turns = new Turns();

  /**
   * Waits until few others of this process want the same authorization: call it around the transaction, so that a crowd at
   * one of them does not take every connection.
   *
   * @throws TryAgain it took too long; nothing was done
   */
  inTurn<T>(ctx: RequestContext, authorizationId: string, work: () => Promise<T>): Promise<T> {
    return this.turns.take(`${ctx.organizationId} ${authorizationId}`, work);
  }

  /**
   * Locks an authorization. Call it behind all other locks, and late: what follows keeps others waiting.
   *
   * @throws NotFound no such authorization in the organization
   */
  async lock(tx: Tx, authorizationId: string): Promise<LockedAuthorization> {
    return (await this.authorizations.getLocked(tx, authorizationId)) as LockedAuthorization;
  }

  /**
   * Locks the one that a sub-select names, such as the authorization of an appointment: that is locked before, so that it
   * is not another one's meanwhile.
   *
   * @param id a sub-select for its id; in it $1 is the organization and $2 the value
   * @throws NotFound it names none in the organization
   */
  async lockNamed(tx: Tx, id: string, value: string): Promise<LockedAuthorization> {
    const locked = await this.authorizations.lockWhere(tx, `id = (${id})`, value);
    if (!locked) throw new NotFound('authorization', value);
    return locked as LockedAuthorization;
  }

  /**
   * Locks several, in id order so that two opposite moves cannot wait for each other.
   *
   * @returns them by id; one that is named twice is locked once
   * @throws NotFound no such authorization in the organization
   */
  async lockEach(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, LockedAuthorization>> {
    const inOrder = [...new Set(ids)].sort();
    const locked = await Promise.all(inOrder.map((id) => this.lock(tx, id)));
    return new Map(locked.map((authorization) => [authorization.id, authorization]));
  }

  /** Writes a new authorization's first entry. Its row has just been inserted with these units and nobody else sees it. */
  grant(tx: Tx, authorization: Authorization): void {
    this.write(tx, { id: authorization.id, entrySeq: 0, balance: units.EMPTY }, [
      { kind: LedgerEntryKind.GRANT, units: authorization.totalUnits },
    ]);
  }

  /**
   * Holds units for an appointment.
   *
   * @throws InsufficientUnits fewer units are available than asked; nothing has changed
   */
  reserve(tx: Tx, authorization: LockedAuthorization, appointmentId: string, requested: number): void {
    this.resize(tx, authorization, [{ appointmentId, from: 0, to: requested }]);
  }

  /**
   * Gives held units back. The database refuses to give back more than the appointment holds.
   *
   * @param held what the appointment holds, as read under its lock; never a number from a request
   */
  release(tx: Tx, authorization: LockedAuthorization, appointmentId: string, held: number): void {
    this.resize(tx, authorization, [{ appointmentId, from: held, to: 0 }]);
  }

  /**
   * Changes what appointments hold, each by one movement of the difference, in their order: each finds what those before it
   * have left.
   *
   * @throws InsufficientUnits a difference is not available; all old holds stand
   */
  resize(tx: Tx, authorization: LockedAuthorization, changes: readonly HoldChange[]): void {
    let { balance } = authorization;
    const entries = changes.flatMap(({ appointmentId, from, to }) => {
      const movements = units.resize(authorization.id, balance, from, to);
      balance = movements.reduce(moved, balance);
      return movements.map((movement) => ({ ...movement, appointmentId }));
    });
    this.write(tx, authorization, entries);
  }

  /**
   * Uses the units that a visit delivered; what was held beyond them is free at once, what was delivered beyond them is
   * taken from what is available, and what finds no room is told as unauthorized.
   *
   * @param held what the appointment holds, as read under its lock
   * @param covered whether the authorization covers the visit's date; if not, nothing of it can be used
   */
  consume(
    tx: Tx,
    authorization: LockedAuthorization,
    appointmentId: string,
    { held, delivered, covered }: { held: number; delivered: number; covered: boolean },
  ): Consumption {
    const consumption = units.consume(authorization.balance, held, covered ? delivered : 0);
    this.write(
      tx,
      authorization,
      consumption.movements.map((movement) => ({ ...movement, appointmentId })),
    );
    return { ...consumption, unitsUnauthorized: delivered - consumption.unitsUsed };
  }

  /**
   * Changes the total: the only way to more units, or to fewer.
   *
   * @throws InsufficientUnits it would fall below what is used and reserved
   */
  adjust(tx: Tx, authorization: LockedAuthorization, total: number, reason: string): void {
    const movements = units.adjust(authorization.id, authorization.balance, total);
    this.write(tx, authorization, movements, reason);
  }

  private write(
    tx: Tx,
    authorization: Pick<Authorization, 'id' | 'entrySeq' | 'balance'>,
    movements: readonly Entry[],
    reason?: string,
  ): void {
    if (!movements.length) return;
    let balance = authorization.balance;
    const entries = movements.map(({ kind, units: count, appointmentId }, index) => {
      const movement = { kind, units: count };
      balance = moved(balance, movement);
      return {
        id: newId(),
        seq: authorization.entrySeq + index + 1,
        ...movement,
        appointment_id: appointmentId,
        ...flat(units.deltaOf(movement), balance),
      };
    });
    tx.send(WRITE, [
      tx.organizationId,
      authorization.id,
      authorization.entrySeq,
      balance.total,
      balance.reserved,
      balance.used,
      tx.ctx.actorIfAny?.userId ?? null,
      reason ?? null,
      JSON.stringify(entries),
    ]);
    tx.afterCommit(() => countUnits(movements));
  }
}

/** For /metrics: what has been committed. */
function countUnits(movements: readonly Movement[]): void {
  for (const { kind, units: count } of movements) {
    const label = COUNTED[kind];
    if (label) unitsMoved.increment(label, count);
  }
}

const COUNTED: Partial<Record<LedgerEntryKind, string>> = {
  [LedgerEntryKind.RESERVE]: 'reserved',
  [LedgerEntryKind.RELEASE]: 'released',
  [LedgerEntryKind.CONSUME]: 'consumed',
};

function flat(delta: units.Balance, after: units.Balance): Record<string, number> {
  return {
    total_delta: delta.total,
    reserved_delta: delta.reserved,
    used_delta: delta.used,
    total_after: after.total,
    reserved_after: after.reserved,
    used_after: after.used,
  };
}

/**
 * Balance and entries in one statement. An entry has its time from the balance: had that been changed behind its lock, no
 * row would match, the entry would have no time, and the table refuses it. The time is taken here, under the lock, so that it
 * follows `seq`. What an appointment still holds is added up by the database from its own entries: a unit that is given
 * back twice makes it negative, and the CHECK refuses, whatever the code above believed.
 */
const WRITE = `
  WITH balance AS (
    UPDATE authorizations
       SET total_units = $4, reserved_units = $5, used_units = $6, entry_seq = entry_seq + json_array_length($9::json),
           last_entry_at = greatest(clock_timestamp(), last_entry_at + interval '1 microsecond')
     WHERE organization_id = $1 AND id = $2 AND entry_seq = $3
    RETURNING last_entry_at
  )
  INSERT INTO ledger_entries (organization_id, id, authorization_id, seq, kind, units, total_delta, reserved_delta,
                              used_delta, total_after, reserved_after, used_after, appointment_id, held_after,
                              actor_id, reason, created_at)
  SELECT $1, entry.id, $2, entry.seq, entry.kind, entry.units, entry.total_delta, entry.reserved_delta,
         entry.used_delta, entry.total_after, entry.reserved_after, entry.used_after, entry.appointment_id,
         CASE WHEN entry.appointment_id IS NOT NULL THEN
           coalesce((SELECT held_after FROM ledger_entries
                      WHERE organization_id = $1 AND appointment_id = entry.appointment_id AND authorization_id = $2
                      ORDER BY seq DESC LIMIT 1), 0)
           + sum(entry.reserved_delta) OVER (PARTITION BY entry.appointment_id ORDER BY entry.seq) END,
         $7, $8, balance.last_entry_at
    FROM json_to_recordset($9::json) AS entry (id uuid, seq int, kind text, units int, appointment_id uuid, total_delta int,
         reserved_delta int, used_delta int, total_after int, reserved_after int, used_after int) LEFT JOIN balance ON true`;
