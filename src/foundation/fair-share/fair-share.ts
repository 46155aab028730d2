import { TryAgain } from '../errors/domain-error.ts';

/** Who wants a place: somebody of a practice. */
export interface Caller {
  readonly practice: string;
  /** Nobody else's, in whatever practice. */
  readonly user: string;
}

/** Places that are taken at one time, at most. */
export interface Shares {
  readonly all: number;
  /** By one practice, so that the others always find some free. */
  readonly practice: number;
  /** By one of its users. */
  readonly user: number;
}

/** Somebody who waits, and how many places they need. */
interface Waiting {
  readonly caller: Caller;
  readonly places: number;
  readonly enter: () => void;
}

/** Of one user. Behind so many nobody comes in time. */
const LONGEST_LINE = 1_000;

/** Nobody wants to wait any longer: the place did not come in time, or whoever asked is gone. */
export class GaveUp extends TryAgain {}

/**
 * Gives out places to those who want one at the same time. Who has to wait comes in turn: one practice after the other, in
 * each one user after the other, of each user in the order of asking. So a thousand calls of one caller stand behind each
 * other, and the first call of somebody else waits for one of them at most.
 */
export class FairShare {
  private taken = 0;
  private readonly byPractice = new Counts();
  private readonly byUser = new Counts();
  /** Practices, and users of each, in the order of their next turns. */
  private readonly lines = new Map<string, Map<string, Waiting[]>>();
  /** Somebody whose turn it is needs more places than are free: those that become free are kept for them. */
  private keptForOne = false;
  /** Of these practices, likewise. */
  private readonly keptInPractice = new Set<string>();

  constructor(
    private readonly shares: Shares,
    /** How long somebody waits for a place. */
    private readonly patienceMs: number,
  ) {}

  /**
   * Takes places, which have to be given back. Undefined where they were free: nobody waits for a promise then.
   *
   * @param places no more than a user's share
   * @param mayWait or else it is now or never
   * @throws GaveUp none was free in time
   */
  take(caller: Caller, places = 1, mayWait = true): Promise<void> | undefined {
    if (this.isNext(caller) && this.fits(caller, places)) {
      this.count(caller, places);
      return undefined;
    }
    if (mayWait && (this.lineOf(caller)?.length ?? 0) < LONGEST_LINE) return this.wait(caller, places);
    throw new GaveUp();
  }

  /** Nobody stands before them who waits for the same places. */
  private isNext(caller: Caller): boolean {
    if (this.lines.size === 0) return true;
    return !this.keptForOne && !this.keptInPractice.has(caller.practice) && !this.lineOf(caller)?.length;
  }

  giveBack(caller: Caller, places = 1): void {
    this.count(caller, -places);
    if (this.lines.size > 0) this.serve();
  }

  /** How many wait. */
  get waiting(): number {
    let count = 0;
    for (const users of this.lines.values()) for (const line of users.values()) count += line.length;
    return count;
  }

  private wait(caller: Caller, places: number): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const waiting: Waiting = {
        caller,
        places,
        enter: () => {
          clearTimeout(limit);
          resolve();
        },
      };
      const limit = setTimeout(() => {
        this.leave(waiting);
        reject(new GaveUp());
        this.serve();
      }, this.patienceMs).unref();
      const users = this.lines.get(caller.practice) ?? new Map<string, Waiting[]>();
      const line = users.get(caller.user) ?? [];
      line.push(waiting);
      this.lines.set(caller.practice, users.set(caller.user, line));
      this.serve();
    });
  }

  private serve(): void {
    for (let next = this.next(); next; next = this.next()) {
      this.leave(next);
      this.sendToTheEnd(next.caller);
      this.count(next.caller, next.places);
      next.enter();
    }
  }

  /**
   * The first, in the order of turns, for whom there is room. Who lacks places of all, or of the practice, is waited for: else
   * calls of one place would pass a larger one for ever.
   */
  private next(): Waiting | undefined {
    this.keptForOne = false;
    this.keptInPractice.clear();
    for (const [practice, users] of this.lines)
      for (const [first] of users.values()) {
        if (!first || this.byUser.of(first.caller.user) + first.places > this.shares.user) continue;
        if (this.byPractice.of(practice) + first.places > this.shares.practice) {
          this.keptInPractice.add(practice);
          break;
        }
        if (this.taken + first.places <= this.shares.all) return first;
        this.keptForOne = true;
        return undefined;
      }
    return undefined;
  }

  private fits({ practice, user }: Caller, places: number): boolean {
    return (
      this.taken + places <= this.shares.all &&
      this.byPractice.of(practice) + places <= this.shares.practice &&
      this.byUser.of(user) + places <= this.shares.user
    );
  }

  private count({ practice, user }: Caller, places: number): void {
    this.taken += places;
    this.byPractice.add(practice, places);
    this.byUser.add(user, places);
  }

  private lineOf({ practice, user }: Caller): Waiting[] | undefined {
    return this.lines.get(practice)?.get(user);
  }

  private leave(waiting: Waiting): void {
    const { practice, user } = waiting.caller;
    const users = this.lines.get(practice);
    const line = users?.get(user);
    if (!users || !line) return;
    line.splice(line.indexOf(waiting), 1);
    if (!line.length) users.delete(user);
    if (!users.size) this.lines.delete(practice);
  }

  /** It was their turn. A Map keeps the order in which its keys were set. */
  private sendToTheEnd({ practice, user }: Caller): void {
    const users = this.lines.get(practice);
    if (!users) return;
    const line = users.get(user);
    if (line) {
      users.delete(user);
      users.set(user, line);
    }
    this.lines.delete(practice);
    this.lines.set(practice, users);
  }
}

/** How many places each key has; those with none are not kept. */
class Counts {
  private readonly counts = new Map<string, number>();

  of(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  add(key: string, places: number): void {
    const now = this.of(key) + places;
    if (now > 0) this.counts.set(key, now);
    else this.counts.delete(key);
  }
}
