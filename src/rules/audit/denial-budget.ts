import { MinuteCounts } from '../../foundation/fair-share/minute-counts.ts';
import { count, type Denials } from './denials.ts';

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
  private readonly spent = new MinuteCounts();

  /** @param most 0: any number */
  constructor(private readonly most: number) {}

  isSpent(userId: string): boolean {
    return this.most > 0 && this.spent.of(userId) >= this.most;
  }

  spend(userId: string, events: number): void {
    this.spent.add(userId, events);
  }
}
