/** New values of a row's fields; what is left out or null stays as it is. */
export type Given<Row> = { readonly [Field in keyof Row]?: Row[Field] | null };

/** Those of the given values that differ from the row's: what is to be written, and whose names the audit trail keeps. */
export function changesOf<Row extends object>(row: Row, given: Given<Row>): Partial<Row> {
  const fields = Object.keys(given) as (keyof Row)[];
  const changed = fields.filter((field) => given[field] != null && given[field] !== row[field]);
  return Object.fromEntries(changed.map((field) => [field, given[field]])) as Partial<Row>;
}
