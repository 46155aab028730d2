import type { Effort } from './effort.ts';

const ROWS_OF_A_POINT = 100;
const BYTES_OF_A_POINT = 10_000;
/** To count a list is to walk over all of it. */
const POINTS_OF_A_COUNT = 10;
/** To parse and validate it takes the one thread for some milliseconds. */
const POINTS_OF_A_NEW_DOCUMENT = 10;
/** It kept a connection for as long as hundreds of plain calls do. */
const POINTS_OF_AN_OVERDUE = 500;

/**
 * What a call is charged, in points, by what it has cost: one for each field of Query or Mutation (a REST call has one),
 * and more where it read much, counted lists, or was long. A plain call is one point.
 *
 * @param bytes of what was sent and answered
 */
export function pointsOf({ roots, rows, counts, newDocuments, overdue }: Effort, bytes: number): number {
  return (
    Math.max(1, roots) +
    Math.floor(rows / ROWS_OF_A_POINT) +
    Math.floor(bytes / BYTES_OF_A_POINT) +
    counts * POINTS_OF_A_COUNT +
    newDocuments * POINTS_OF_A_NEW_DOCUMENT +
    overdue * POINTS_OF_AN_OVERDUE
  );
}
