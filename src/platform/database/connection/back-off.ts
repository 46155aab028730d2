import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/** Waits before the next attempt: 100 ms doubling to 5 s, of which a random half, so that the waiting do not meet again. */
export async function backOff(attempt: number): Promise<void> {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
  await sleep(ceiling * (0.5 + Math.random() / 2));
}
