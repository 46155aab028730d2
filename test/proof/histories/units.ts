/** An authorization as the specification sees it: whole units of one service. */
export interface Account {
  readonly patient: string;
  readonly total: number;
  readonly reserved: number;
  readonly used: number;
  readonly version: number;
}

const MINUTES_OF_A_UNIT = 15;

/** Units of a visit. Only whole quarters of an hour are asked for here, so that nothing is rounded. */
export function unitsOf(minutes: number): number {
  return minutes / MINUTES_OF_A_UNIT;
}

export function available({ total, reserved, used }: Account): number {
  return total - reserved - used;
}

/** With so many units more held; fewer where it is negative. */
export function held(account: Account, units: number): Account {
  return { ...account, reserved: account.reserved + units };
}

export interface Delivery {
  readonly account: Account;
  readonly used: number;
  /** What found no room. */
  readonly unauthorized: number;
}

/** Uses what was delivered, first of what the visit holds, then of what is available; what it holds beyond is free. */
export function delivered(account: Account, holds: number, units: number): Delivery {
  const used = Math.min(units, holds + available(account));
  return {
    account: { ...account, reserved: account.reserved - holds, used: account.used + used },
    used,
    unauthorized: units - used,
  };
}
