import { setTimeout as sleep } from 'node:timers/promises';
import { isOpen, type Call } from './call.ts';
import type { Clients } from './clients.ts';
import type { Random } from './random.ts';

export interface Settled {
  readonly calls: readonly Call[];
  /** Calls with a key that were open after the load, all settled by another attempt. */
  readonly reopened: number;
  /** Calls that were done already and were sent once more. */
  readonly repeated: number;
}

const AT_ONCE = 4;
const MOST_ATTEMPTS = 40;
const MOST_REPEATED = 60;

/** Once all is healed: what is open and has a key is attempted again until it is settled, and some of what is done, too. */
export async function settle(clients: Clients, calls: readonly Call[], random: Random): Promise<Settled> {
  const keyed = calls.filter(({ key }) => key !== undefined);
  const open = keyed.filter(isOpen);
  const done = keyed.filter((call) => call.attempts.at(-1)?.outcome.verdict === 'acknowledged');
  const again = done.filter(() => random.chance(MOST_REPEATED / done.length));
  await each(open, (call) => untilSettled(clients, call));
  await each(again, (call) =>
    clients.attempt(call).then(() => (isOpen(call) ? untilSettled(clients, call) : undefined)),
  );
  return { calls, reopened: open.length, repeated: again.length };
}

async function untilSettled(clients: Clients, call: Call): Promise<void> {
  for (let nth = 0; nth < MOST_ATTEMPTS; nth++) {
    await clients.attempt(call);
    if (!isOpen(call)) return;
    await sleep(Math.min(2_000, 50 * 2 ** nth));
  }
  throw new Error(`Hung: ${call.operation} is not settled: ${JSON.stringify(call.attempts.at(-1)?.outcome)}`);
}

async function each(calls: readonly Call[], work: (call: Call) => Promise<unknown>): Promise<void> {
  const left = [...calls];
  const worker = async (): Promise<void> => {
    for (let call = left.pop(); call; call = left.pop()) await work(call);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
