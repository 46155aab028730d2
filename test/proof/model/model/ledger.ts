import type { Authorization, Move } from './world.ts';

export function availableOf({ total, used, reserved }: Pick<Authorization, 'total' | 'used' | 'reserved'>): number {
  return total - used - reserved;
}

/** The authorization after these moves, which belong to one call. Moves of nothing are none. */
export function after(authorization: Authorization, moves: readonly Move[]): Authorization {
  const real = moves.filter(({ units }) => units !== 0);
  if (!real.length) return authorization;
  const moved = real.reduce(moveOf, authorization);
  return { ...moved, ledger: [...authorization.ledger, real] };
}

function moveOf(authorization: Authorization, { kind, units }: Move): Authorization {
  const { total, used, reserved } = authorization;
  switch (kind) {
    case 'GRANT':
    case 'ADJUST':
      return { ...authorization, total: total + units };
    case 'RESERVE':
      return { ...authorization, reserved: reserved + units };
    case 'RELEASE':
      return { ...authorization, reserved: reserved - units };
    case 'CONSUME':
      return { ...authorization, reserved: reserved - units, used: used + units };
  }
}

/** A hold of so many units becomes one of so many: a single move of the difference. */
export function resized(from: number, to: number): readonly Move[] {
  return to > from ? [{ kind: 'RESERVE', units: to - from }] : [{ kind: 'RELEASE', units: from - to }];
}

export interface Delivered {
  readonly moves: readonly Move[];
  readonly used: number;
  readonly unauthorized: number;
}

/**
 * What a completed visit does to its authorization.
 *
 * @param held units that the appointment holds
 * @param needed units of the actual minutes
 * @param allowed whether the authorization covers the actual start
 */
export function delivered(authorization: Authorization, held: number, needed: number, allowed: boolean): Delivered {
  const room = held + availableOf(authorization);
  const used = allowed ? Math.min(needed, room) : 0;
  const moves: Move[] = [
    { kind: 'RESERVE', units: Math.max(used - held, 0) },
    { kind: 'CONSUME', units: used },
    { kind: 'RELEASE', units: Math.max(held - used, 0) },
  ];
  return { moves, used, unauthorized: needed - used };
}
