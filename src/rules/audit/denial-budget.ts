import { LRUCache } from 'lru-cache';
import { count, type Denials } from './denials.ts';

const WINDOW_MS = 60_000;
const MOST_USERS = 10_000;
/** What a client names is no kind, so there are few; of the ids the last ones are kept. */
const MOST_IDS = 20;

/** What a user was denied beyond the budget since the last counting event. */
export class Excess {
  readonly kinds = new Map<string, number>();
  lastIds: readonly string[] = [];
  readonly since = performance.now();

  add(denials: Denials): void {
    for (const [kind, more] of denials.kinds) count(this.kinds, kind, more);
    this.lastIds = [...this.lastIds, ...denials.ids].slice(-MOST_IDS);
  }
}

/** Events of denials that a user may cause a minute, in this process: a flood of refusals is not to flood the trail. */
export class DenialBudget {
  private readonly spent = new LRUCache<string, { readonly endsAt: number; events: number }>({ max: MOST_USERS });

  /** @param most 0: any number */
  constructor(private readonly most: number) {}

  isSpent(userId: string): boolean {
    return this.most > 0 && this.windowOf(userId).events >= this.most;
  }

  spend(userId: string, events: number): void {
    this.windowOf(userId).events += events;
  }

  private windowOf(userId: string): { events: number } {
    const known = this.spent.get(userId);
    if (known && performance.now() < known.endsAt) return known;
    const window = { endsAt: performance.now() + WINDOW_MS, events: 0 };
    this.spent.set(userId, window);
    return window;
  }
}
