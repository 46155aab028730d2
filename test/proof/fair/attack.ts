import type { Attacker } from './load/attacker.ts';

export type Who = 'anonymous' | 'patient' | 'practitioner' | 'admin';

/** One way to take more than one's share. A line in attacks/list.ts. */
export interface Attack {
  /** By which `--only` names it. */
  readonly name: string;
  /** What is sent, in a few words. */
  readonly title: string;
  readonly who: Who;
  /** Each connection is another account of the practice; otherwise all are one. */
  readonly isCrowd?: true;
  /** What callers do who mean well: none of their calls may be refused. */
  readonly isHonest?: true;
  readonly connections: number;
  /** What its calls may be answered with, beside data. Nobody may be told INTERNAL_SERVER_ERROR. */
  readonly answers: readonly Refusal[];
  /** What one connection does, over and over. */
  turn(attacker: Attacker): Promise<unknown>;
}

export type Refusal =
  | 'BAD_USER_INPUT'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'RATE_LIMITED'
  | 'TRY_AGAIN'
  | 'UNAUTHENTICATED'
  /** It had no answer before the connection was closed, by the API. */
  | 'CUT'
  /** The attacker itself did not wait. */
  | 'HUNG_UP'
  /** Had no answer for as long as clients wait. */
  | 'TIMED_OUT';

/** What anybody may be told who asks for too much, too often. */
export const TOO_MUCH: readonly Refusal[] = ['RATE_LIMITED', 'TRY_AGAIN'];
