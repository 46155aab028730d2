import { AnswerTooLarge } from '../errors/domain-error.ts';

/** What a request costs: counted where the work is done, and charged when it is answered. */
export class Effort {
  /** Objects that it may make us read, by what it asks for: see limits.ts. */
  expected = 1;
  /** Fields of Query or Mutation; a REST call is one. */
  roots = 1;
  /** Rows that PostgreSQL has sent. */
  rows = 0;
  /** What PostgreSQL has sent. */
  bytes = 0;
  /** Whole lists that were counted. */
  counts = 0;
  /** Documents that this process had not looked through before. */
  newDocuments = 0;
  /** Readings that PostgreSQL gave up since they took too long. */
  overdue = 0;

  /** @param mostBytes of the answer; a task of our own reads as much as it needs */
  constructor(readonly mostBytes = Infinity) {}

  /** @throws AnswerTooLarge more has been read than an answer may have, columns that nobody asked for included */
  requireRoom(): void {
    if (this.bytes > 2 * this.mostBytes) throw new AnswerTooLarge(this.mostBytes);
  }
}
