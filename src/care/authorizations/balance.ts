import { InsufficientUnits } from './authorization.errors.ts';

/** The units of an authorization. `used + reserved <= total`, always. */
export interface Balance {
  readonly total: number;
  readonly reserved: number;
  readonly used: number;
}

export enum LedgerEntryKind {
  GRANT = 'GRANT',
  RESERVE = 'RESERVE',
  RELEASE = 'RELEASE',
  CONSUME = 'CONSUME',
  ADJUST = 'ADJUST',
}

/** One movement of n units. */
export interface Movement {
  readonly kind: LedgerEntryKind;
  readonly units: number;
}

/** How an entry of one unit moves the balances. */
const EFFECT: Readonly<Record<LedgerEntryKind, Balance>> = {
  [LedgerEntryKind.GRANT]: { total: 1, reserved: 0, used: 0 },
  [LedgerEntryKind.RESERVE]: { total: 0, reserved: 1, used: 0 },
  [LedgerEntryKind.RELEASE]: { total: 0, reserved: -1, used: 0 },
  [LedgerEntryKind.CONSUME]: { total: 0, reserved: -1, used: 1 },
  [LedgerEntryKind.ADJUST]: { total: 1, reserved: 0, used: 0 },
};

export const EMPTY: Balance = { total: 0, reserved: 0, used: 0 };

export function deltaOf({ kind, units }: Movement): Balance {
  const effect = EFFECT[kind];
  // `|| 0` turns the -0 of a multiplication into 0
  return { total: effect.total * units || 0, reserved: effect.reserved * units || 0, used: effect.used * units || 0 };
}

/** The balance after a movement; applied to all entries in order, from nothing, it replays the ledger. */
export function moved(balance: Balance, movement: Movement): Balance {
  const delta = deltaOf(movement);
  return {
    total: balance.total + delta.total,
    reserved: balance.reserved + delta.reserved,
    used: balance.used + delta.used,
  };
}

/** Units that can still be booked; never below zero. */
export function availableUnits({ total, reserved, used }: Balance): number {
  return Math.max(0, total - reserved - used);
}

/**
 * Holds units.
 *
 * @throws InsufficientUnits fewer are available
 */
export function reserve(authorizationId: string, balance: Balance, units: number): Movement[] {
  const available = availableUnits(balance);
  if (units > available)
    throw new InsufficientUnits({ authorizationId, requestedUnits: units, availableUnits: available });
  return [{ kind: LedgerEntryKind.RESERVE, units }];
}

/**
 * Changes a hold from so many units to so many, as one movement of the difference.
 *
 * @throws InsufficientUnits the difference is not available; the old hold stands
 */
export function resize(authorizationId: string, balance: Balance, from: number, to: number): Movement[] {
  if (to > from) return reserve(authorizationId, balance, to - from);
  return from > to ? [{ kind: LedgerEntryKind.RELEASE, units: from - to }] : [];
}

/** What a delivered visit does to the authorization that held units for it. */
export interface Consumption {
  readonly movements: Movement[];
  readonly unitsUsed: number;
  /** What found no room. The care happened, so it is recorded all the same. */
  readonly unitsUnauthorized: number;
}

/** Uses what was delivered: the held units first, then what is available; what is held beyond that is free at once. */
export function consume(balance: Balance, held: number, delivered: number): Consumption {
  const more = Math.min(Math.max(0, delivered - held), availableUnits(balance));
  const unitsUsed = Math.min(delivered, held + more);
  const movements = [
    { kind: LedgerEntryKind.RESERVE, units: more },
    { kind: LedgerEntryKind.CONSUME, units: unitsUsed },
    { kind: LedgerEntryKind.RELEASE, units: held + more - unitsUsed },
  ].filter(({ units }) => units > 0);
  return { movements, unitsUsed, unitsUnauthorized: delivered - unitsUsed };
}

/**
 * Changes the total.
 *
 * @throws InsufficientUnits it would fall below what is used and reserved
 */
export function adjust(authorizationId: string, balance: Balance, total: number): Movement[] {
  const units = total - balance.total;
  if (total < balance.used + balance.reserved)
    throw new InsufficientUnits({ authorizationId, requestedUnits: -units, availableUnits: availableUnits(balance) });
  return units === 0 ? [] : [{ kind: LedgerEntryKind.ADJUST, units }];
}
