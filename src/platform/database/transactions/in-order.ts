/**
 * All answers, or the first refusal in the order of asking. `Promise.all` throws the one that comes first, which is another
 * one where a refusal has to look something up to say what is missing.
 */
export async function inOrder<T extends readonly unknown[]>(
  asked: readonly [...{ [Index in keyof T]: Promise<T[Index]> }],
): Promise<T> {
  const all: readonly Promise<unknown>[] = asked;
  await Promise.allSettled(all);
  return (await Promise.all(all)) as unknown as T;
}
