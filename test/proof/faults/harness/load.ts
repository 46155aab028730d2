import { setTimeout as sleep } from 'node:timers/promises';
import { isOpen, type Attempt, type Call } from './call.ts';
import type { Clients } from './clients.ts';
import type { Plan } from './plan.ts';
import type { Random } from './random.ts';

export interface LoadOptions {
  /** Clients that call at the same time. */
  readonly clients: number;
  /** What each waits between two calls, at most, in milliseconds. */
  readonly pauseMs: number;
  /** How likely a call that may have a key has one. */
  readonly keys: number;
  /** How likely a client repeats at once what is open; the rest is left for the settlement. */
  readonly repeats: number;
  /** Whether it repeats what it may until it is answered, however long that takes on a slow machine. */
  readonly mustAnswer: boolean;
}

export const LOAD: LoadOptions = { clients: 8, pauseMs: 40, keys: 0.6, repeats: 0.5, mustAnswer: false };
const MOST_ATTEMPTS = 6;
const LONGEST_PAUSE_MS = 2_000;
/** Whoever has to be answered is not, if not by then. */
const PATIENCE_MS = 120_000;
/** While nobody lets it in, a client asks less often. */
const SHUT_OUT_MS = 300;

/** Clients that call one after the other until they are told to stop. */
export class Load {
  readonly calls: Call[] = [];
  private readonly listeners = new Set<(attempt: Attempt) => void>();
  private isOver = false;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly clients: Clients,
    private readonly plan: Plan,
    private readonly accounts: number,
    private readonly options: LoadOptions,
  ) {}

  start(random: Random): void {
    const each = Array.from({ length: this.options.clients }, (_, index) => this.client(index, random.fork()));
    this.running = Promise.all(each);
    // whoever stops it is told; until then nobody waits
    this.running.catch(() => undefined);
  }

  /** Resolves when every client has had its last answer. */
  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  /** Tells of every attempt from now on; returns how to end it. */
  listen(listener: (attempt: Attempt) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async client(index: number, random: Random): Promise<void> {
    while (!this.isOver) {
      const call = this.plan.next(index % this.accounts);
      this.calls.push(call);
      await this.attempt(call);
      for (let nth = 1; mayRepeat(call) && this.repeats(call, nth, random); nth++) {
        await sleep(random.between(20, Math.min(LONGEST_PAUSE_MS, 50 * 2 ** nth)));
        await this.attempt(call);
      }
      await sleep(random.between(0, this.options.pauseMs));
    }
  }

  private repeats({ attempts }: Call, nth: number, random: Random): boolean {
    const { mustAnswer, repeats } = this.options;
    if (mustAnswer) return performance.now() < attempts[0]!.sentAt + PATIENCE_MS;
    return nth < MOST_ATTEMPTS && random.chance(repeats);
  }

  private async attempt(call: Call): Promise<void> {
    const attempt = await this.clients.attempt(call);
    this.plan.learn(call, attempt.outcome);
    for (const listener of this.listeners) listener(attempt);
    const { outcome } = attempt;
    if (outcome.verdict === 'refused' && outcome.code === 'NOT_SENT') await sleep(SHUT_OUT_MS);
  }
}

/** With a key: whatever is open. Without one: only what certainly has changed nothing. */
export function mayRepeat(call: Call): boolean {
  return isOpen(call) && (call.key !== undefined || call.attempts.at(-1)?.outcome.verdict === 'refused');
}
