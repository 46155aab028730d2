/**
 * For a transaction that compares whole tables: however many rows there are, each query of it takes about as long as reading
 * and sorting them.
 *
 * A join that hashes compares by all of its keys, and a row with its like alone. A nested loop compares each row with each,
 * and a merge may go by the first key alone, because an index has that order: with a few large organizations it then compares
 * each visit of one with each of its keys. PostgreSQL takes either where it guesses few rows, and it does: without statistics,
 * and for what row-level security adds to a statement. So neither is left to it.
 *
 * A subquery that is asked again for each row is no join, and nothing here keeps it from being slow: compare with GROUP BY.
 */
export const COMPARING_WHOLE_TABLES = `
  SET LOCAL jit = off;
  SET LOCAL enable_hashjoin = on;
  SET LOCAL enable_mergejoin = off;
  SET LOCAL enable_nestloop = off`;
