/** Something that is true of the tables at every commit, whatever runs at the same time and whatever crashes. */
export interface Invariant {
  /** A sentence in short, such as `entries_have_no_gaps`: what a test names and an operator searches for. */
  readonly name: string;
  readonly meaning: string;
  /**
   * A query for the breaches, in the columns of Breach. It reads in every organization, sets at a time and never row by
   * row (a million entries are checked in seconds), and shows ids and numbers alone: neither names nor times.
   */
  readonly breaches: string;
  /** What the query is told: PostgreSQL does not know it, or knows it otherwise than the rows were written by. */
  readonly parameters?: (ask: Ask) => Promise<unknown[]>;
}

/** Asks the database that is verified. */
export type Ask = <Row>(text: string) => Promise<Row[]>;

/** One place where an invariant does not hold. */
export interface Breach {
  readonly organization_id: string | null;
  readonly authorization_id: string | null;
  /** Such as `entry 7`, `appointment <id>`, `reserved`. */
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}
