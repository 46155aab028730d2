import { LRUCache } from 'lru-cache';

const WINDOW_MS = 60_000;
/** Of whom counts are kept; those seen longest ago are forgotten first. */
const MOST_KEYS = 10_000;

interface Window {
  readonly endsAt: number;
  count: number;
}

/** What somebody has done within a minute, in this process: for what is not worth asking the database about. */
export class MinuteCounts {
  private readonly windows = new LRUCache<string, Window>({ max: MOST_KEYS });

  of(key: string): number {
    return this.windowOf(key).count;
  }

  add(key: string, more: number): void {
    this.windowOf(key).count += more;
  }

  /** Until all is forgotten. */
  secondsLeft(key: string): number {
    return (this.windowOf(key).endsAt - performance.now()) / 1_000;
  }

  private windowOf(key: string): Window {
    const known = this.windows.get(key);
    if (known && performance.now() < known.endsAt) return known;
    const window = { endsAt: performance.now() + WINDOW_MS, count: 0 };
    this.windows.set(key, window);
    return window;
  }
}
