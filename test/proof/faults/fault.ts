import type { Run } from './harness/run.ts';

/** One way to break things. A file of its own, and a line in list.ts. */
export interface Fault {
  /** By which `--only` names it. */
  readonly number: number;
  readonly title: string;
  /** How often it breaks and heals in the full form. */
  readonly rounds: number;
  /** How long all these rounds take at least; a second each unless said. */
  readonly seconds?: number;
  /** Why it cannot be played on this machine, and what to do about that; undefined where it can. */
  readonly lacks?: () => Promise<string | undefined>;
  /** Sets the stage, breaks and heals it `run.rounds` times under load, and returns once all is healed. */
  play(run: Run): Promise<void>;
}
