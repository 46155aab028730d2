import { Injectable } from '@nestjs/common';
import { v7 as uuid } from 'uuid';
import { TenantRepository } from '../database/tenant-repository.ts';
import type { Tx } from '../database/tx.ts';
import { unitsMoved } from '../observability/counters.ts';
import { Authorization } from './authorization.entity.ts';
import * as units from './balance.ts';
import { LedgerEntryKind, moved, type Consumption, type Movement } from './balance.ts';

/** For whom units move. */
export interface Hold {
  readonly authorizationId: string;
  readonly appointmentId: string;
}

/** Refuses, by throwing, what the authorization as it is under its lock does not allow. */
type Check = (authorization: Authorization) => void;

/**
 * The only writer of balances and of ledger entries.
 *
 * Every method works inside the caller's transaction and is lock, decide, write: it locks the authorization row until
 * the transaction ends, decides with balance.ts on what it read under the lock, and writes the balance and the entries
 * in one statement. So call it late: what follows keeps others waiting. Units are whole billing units.
 */
@Injectable()
export class AuthorizationLedger {
  private readonly authorizations = new TenantRepository(Authorization);

  /**
   * Writes a new authorization's first entry. Its row has just been inserted with these units and nobody else sees it.
   */
  async grant(tx: Tx, authorization: Authorization): Promise<void> {
    await this.write(tx, { id: authorization.id, entrySeq: 0, balance: units.EMPTY }, [
      { kind: LedgerEntryKind.GRANT, units: authorization.totalUnits },
    ]);
  }

  /**
   * Holds units for an appointment.
   *
   * @param check looks at the authorization under its lock, before anything is written, and throws to refuse
   * @throws InsufficientUnits fewer units are available than asked; nothing has changed
   * @throws NotFound no such authorization in the organization
   */
  async reserve(tx: Tx, hold: Hold, requested: number, check: Check): Promise<void> {
    await this.resize(tx, hold, 0, requested, check);
  }

  /**
   * Gives held units back. The database refuses to give back more than the appointment holds.
   *
   * @param held what the appointment holds, as read under its lock; never a number from a request
   */
  async release(tx: Tx, hold: Hold, held: number): Promise<void> {
    await this.resize(tx, hold, held, 0, () => undefined);
  }

  /**
   * Changes a hold from so many units to so many, as one movement of the difference.
   *
   * @param check as for `reserve`
   * @throws InsufficientUnits the difference is not available; the old hold stands
   */
  async resize(tx: Tx, hold: Hold, from: number, to: number, check: Check): Promise<void> {
    const authorization = await this.lock(tx, hold.authorizationId);
    check(authorization);
    const movements =
      to > from
        ? units.reserve(authorization.id, authorization.balance, to - from)
        : [{ kind: LedgerEntryKind.RELEASE, units: from - to }].filter((movement) => movement.units > 0);
    await this.write(tx, authorization, movements, hold);
  }

  /**
   * Moves a hold to another authorization: released there and reserved here in one step, locks in id order so that two
   * opposite moves cannot wait for each other.
   *
   * @param check as for `reserve`, of the new authorization
   * @throws InsufficientUnits the other authorization lacks the units; the old hold stands
   */
  async move(tx: Tx, from: Hold & { units: number }, to: Hold & { units: number }, check: Check): Promise<void> {
    const steps = [
      { id: from.authorizationId, take: () => this.release(tx, from, from.units) },
      { id: to.authorizationId, take: () => this.reserve(tx, to, to.units, check) },
    ].sort((one, other) => (one.id < other.id ? -1 : 1));
    for (const { take } of steps) await take();
  }

  /**
   * Uses the units that a visit delivered; what was held beyond them is free at once, what was delivered beyond them is
   * taken from what is available, and what finds no room is told as unauthorized.
   *
   * @param held what the appointment holds, as read under its lock
   * @param covers whether the authorization covers the visit's date; if not, nothing of it can be used
   */
  async consume(
    tx: Tx,
    hold: Hold,
    held: number,
    delivered: number,
    covers: (authorization: Authorization) => boolean,
  ): Promise<Consumption> {
    const authorization = await this.lock(tx, hold.authorizationId);
    const consumption = units.consume(authorization.balance, held, covers(authorization) ? delivered : 0);
    await this.write(tx, authorization, consumption.movements, hold);
    return { ...consumption, unitsUnauthorized: delivered - consumption.unitsUsed };
  }

  /**
   * Changes the total: the only way to more units, or to fewer.
   *
   * @throws InsufficientUnits it would fall below what is used and reserved
   */
  async adjust(tx: Tx, authorization: Authorization, total: number, reason: string): Promise<void> {
    await this.write(
      tx,
      authorization,
      units.adjust(authorization.id, authorization.balance, total),
      undefined,
      reason,
    );
  }

  /** @throws NotFound no such authorization in the organization */
  lock(tx: Tx, authorizationId: string): Promise<Authorization> {
    return this.authorizations.getLocked(tx, authorizationId);
  }

  private async write(
    tx: Tx,
    authorization: Pick<Authorization, 'id' | 'entrySeq' | 'balance'>,
    movements: readonly Movement[],
    hold?: Hold,
    reason?: string,
  ): Promise<void> {
    if (!movements.length) return;
    let balance = authorization.balance;
    const entries = movements.map((movement, index) => {
      balance = moved(balance, movement);
      return {
        id: uuid(),
        seq: authorization.entrySeq + index + 1,
        ...movement,
        ...flat(units.deltaOf(movement), balance),
      };
    });
    const written = await tx.sql(WRITE, [
      tx.organizationId,
      authorization.id,
      authorization.entrySeq,
      balance.total,
      balance.reserved,
      balance.used,
      hold?.appointmentId ?? null,
      tx.ctx.actorIfAny?.userId ?? null,
      reason ?? null,
      JSON.stringify(entries),
    ]);
    if (written.length !== entries.length) throw new Error('The authorization was changed behind its lock.');
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
 * Balance and entries in one statement. The time is taken here, under the lock, so that it follows `seq`. What the
 * appointment still holds is added up by the database from its own entries: a unit that is given back twice makes it
 * negative, and the CHECK refuses, whatever the code above believed.
 */
const WRITE = `
  WITH balance AS (
    UPDATE authorizations
       SET total_units = $4, reserved_units = $5, used_units = $6, entry_seq = entry_seq + json_array_length($10::json),
           last_entry_at = greatest(clock_timestamp(), last_entry_at + interval '1 microsecond')
     WHERE organization_id = $1 AND id = $2 AND entry_seq = $3
    RETURNING last_entry_at
  ), held AS (
    SELECT coalesce((SELECT held_after FROM ledger_entries
                      WHERE organization_id = $1 AND appointment_id = $7 AND authorization_id = $2
                      ORDER BY seq DESC LIMIT 1), 0) AS units
  )
  INSERT INTO ledger_entries (organization_id, id, authorization_id, seq, kind, units, total_delta, reserved_delta,
                              used_delta, total_after, reserved_after, used_after, appointment_id, held_after,
                              actor_id, reason, created_at)
  SELECT $1, entry.id, $2, entry.seq, entry.kind, entry.units, entry.total_delta, entry.reserved_delta,
         entry.used_delta, entry.total_after, entry.reserved_after, entry.used_after, $7,
         CASE WHEN $7::uuid IS NOT NULL THEN held.units + sum(entry.reserved_delta) OVER (ORDER BY entry.seq) END,
         $8, $9, balance.last_entry_at
    FROM balance, held, json_to_recordset($10::json) AS entry (id uuid, seq int, kind text, units int, total_delta int,
         reserved_delta int, used_delta int, total_after int, reserved_after int, used_after int)
  RETURNING seq`;
