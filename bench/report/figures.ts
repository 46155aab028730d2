import type { ApiRound, Measured } from '../measure/measured.ts';
import { median, medianLatency, type Latency } from '../measure/statistics.ts';

/** One side of a comparison: the medians of its rounds. */
export interface Side {
  readonly name: string;
  readonly perSecond: number;
  /** CPU milliseconds of an operation. */
  readonly apiCpu: number;
  readonly postgresCpu: number;
  readonly latency: Latency | { readonly mean: number };
  /** What the load process itself took of one core. */
  readonly loadCpu?: number;
}

/** What a bar asks for, and what was found. */
export interface Bar {
  readonly what: string;
  /** Undefined where it could not be measured. */
  readonly figure: number | undefined;
  readonly unit: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface Figures {
  readonly scenario: string;
  readonly sides: readonly Side[];
  readonly bars: readonly Bar[];
  /** What else is worth to be told, a line each. */
  readonly notes: readonly string[];
}

export function isMet({ figure, atLeast, atMost }: Bar): boolean | undefined {
  if (figure === undefined || Number.isNaN(figure)) return undefined;
  return (atLeast === undefined || figure >= atLeast) && (atMost === undefined || figure <= atMost);
}

export function apiSide(name: string, rounds: readonly ApiRound[]): Side {
  return {
    ...sideOf(name, rounds),
    latency: medianLatency(rounds.map(({ load }) => load.latency)),
    loadCpu: median(rounds.map(({ load }) => load.cpu / load.seconds)),
  };
}

export function sideOf(name: string, rounds: readonly Measured[]): Side {
  return {
    name,
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    apiCpu: median(rounds.map(({ cpu }) => cpu.api)),
    postgresCpu: median(rounds.map(({ cpu }) => cpu.postgres)),
    latency: { mean: median(rounds.map(({ mean }) => mean)) },
  };
}

/** How much CPU an operation of the one takes, against one of the other. */
export function cpuRatio(one: Side, other: Side): number {
  return (one.apiCpu + one.postgresCpu) / (other.apiCpu + other.postgresCpu);
}
