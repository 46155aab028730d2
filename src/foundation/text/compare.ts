/** An order of texts that asks no locale: that of their code units. */
export function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
