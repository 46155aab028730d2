/** A replacement in one file. `find` must be there exactly once; any white space in it fits any other. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const HISTORIES = 'test/proof/histories/histories.proof-spec.ts';
export const RACES = 'test/race/booking.race-spec.ts';
export const RESCHEDULES = 'test/e2e/reschedule.e2e-spec.ts';
export const WALLS = 'test/integration/ledger-walls.int-spec.ts';

/** A deliberate break of what keeps the promise. */
export interface Mutant {
  /** What is wrong with it. */
  readonly name: string;
  readonly edits: readonly Edit[];
  /** The tests that are run against it. */
  readonly proofs: readonly string[];
  /** What stands behind it and holds alone, so that no caller sees anything; with that gone too it must be found. */
  readonly held?: string;
}
