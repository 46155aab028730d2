import type { Effort } from './effort.ts';

const ROWS_OF_A_POINT = 100;
/** Of what it might have read: a bound, which most queries stay far below. */
const EXPECTED_OF_A_POINT = 250;
const BYTES_OF_A_POINT = 10_000;
/** What is sent is read three times: as text, as JSON, and for what JSON would lose. */
const SENT_BYTES_OF_A_POINT = 4_000;
/** To count a list is to walk over all of it. */
const POINTS_OF_A_COUNT = 10;
/** To parse and validate it takes the one thread for some milliseconds. */
const POINTS_OF_A_NEW_DOCUMENT = 10;
/** It kept a connection for as long as hundreds of plain calls do. */
const POINTS_OF_AN_OVERDUE = 500;

interface Bytes {
  readonly sent: number;
  readonly answered: number;
}

const NO_BYTES: Bytes = { sent: 0, answered: 0 };

/**
 * What a call is charged, in points, by what it has cost: one for each field of Query or Mutation (a REST call has one),
 * and more where it read much, counted lists, or was long. A plain call is one point.
 *
 * @param bytes of what was sent and what is answered; where PostgreSQL sent more for the answer, that counts
 */
export function pointsOf(effort: Effort, { sent, answered }: Bytes = NO_BYTES): number {
  const { rows, counts, overdue, expected } = effort;
  return (
    1 +
    pointsBefore(effort) +
    Math.floor(Math.max(rows / ROWS_OF_A_POINT, expected / EXPECTED_OF_A_POINT)) +
    Math.floor(sent / SENT_BYTES_OF_A_POINT) +
    Math.floor(Math.max(answered, effort.bytes) / BYTES_OF_A_POINT) +
    counts * POINTS_OF_A_COUNT +
    overdue * POINTS_OF_AN_OVERDUE
  );
}

/** Of these, what is known beyond the first before anything is read. */
export function pointsBefore({ roots, newDocuments }: Pick<Effort, 'roots' | 'newDocuments'>): number {
  return Math.max(1, roots) - 1 + newDocuments * POINTS_OF_A_NEW_DOCUMENT;
}
