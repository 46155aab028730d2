/** A replacement in one file. `find` must be there exactly once; any white space in it fits any other. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Tests that ought to see it. */
export interface Proof {
  readonly file: string;
  /** What the names of the tests match, as a regular expression. */
  readonly tests: string;
}

export const HISTORIES: Proof = {
  file: 'test/proof/histories/histories.proof-spec.ts',
  tests: 'a serial order explains it',
};

export function races(tests: string): Proof {
  return { file: 'test/race/booking.race-spec.ts', tests };
}

export function reschedules(tests: string): Proof {
  return { file: 'test/e2e/reschedule.e2e-spec.ts', tests };
}

export function walls(tests: string): Proof {
  return { file: 'test/integration/ledger-walls.int-spec.ts', tests };
}

/** A deliberate break of what keeps the promise. */
export interface Mutant {
  /** What is wrong with it. */
  readonly name: string;
  readonly edits: readonly Edit[];
  /** The tests that are run against it. */
  readonly proofs: readonly Proof[];
  /** What stands behind it and holds alone, so that no caller sees anything; with that gone too it must be found. */
  readonly held?: string;
}
