import type { Caller } from '../../foundation/fair-share/fair-share.ts';

/** Sums of what users have at a time, with a bound for each and for all. */
export class Totals {
  private all = 0;
  private readonly byUser = new Map<string, number>();

  constructor(private readonly most: { readonly all: number; readonly user: number }) {}

  /** For so much more. Where all together have too much, those who have nothing yet find room. */
  hasRoom({ user }: Caller, more: number): boolean {
    const has = this.byUser.get(user) ?? 0;
    return has + more <= this.most.user && (this.all + more <= this.most.all || has === 0);
  }

  add({ user }: Caller, change: number): void {
    this.all += change;
    const has = (this.byUser.get(user) ?? 0) + change;
    if (has > 0) this.byUser.set(user, has);
    else this.byUser.delete(user);
  }
}
