import { Injectable } from '@nestjs/common';
import { RateLimited, TryAgain } from '../../foundation/errors/domain-error.ts';
import { FairShare, GaveUp, type Caller } from '../../foundation/fair-share/fair-share.ts';
import type { RequestHolder } from '../../foundation/request-context/ctx.decorator.ts';
import { Environment } from '../../platform/config/environment.ts';

/** Calls that are worked on at the same time. */
const CALLS = { all: 128, practice: 48, user: 16 };
/** Of those, by what they read. */
const PLACES = { all: 256, practice: 128, user: 96 };
/** A call that may read so many objects takes one place; a page of 200 clinical notes takes as many as there are for one. */
const OBJECTS_OF_A_PLACE = 100;
const MOST_PLACES = 64;
const PATIENCE_MS = 10_000;
/** Largest answers that one practice may leave unread. */
const UNREAD_ANSWERS = 4;

/**
 * How many calls are worked on at the same time, and of how many answers the memory holds all: practices and their users
 * take turns (foundation/fair-share). A call has its places until its answer was handed on or its caller has hung up.
 */
@Injectable()
export class Admission {
  private readonly calls = new FairShare(CALLS, PATIENCE_MS);
  private readonly share = new FairShare(PLACES, PATIENCE_MS);
  /** Bytes of answers that were written and are not yet read, by practice. */
  private readonly unread = new Map<string, number>();
  private readonly mostUnread: number;

  constructor({ MAX_ANSWER_BYTES }: Environment) {
    this.mostUnread = UNREAD_ANSWERS * MAX_ANSWER_BYTES;
  }

  /**
   * Waits for the call's turn, once its body is read and before anything looks at it. Undefined where it may go on at once.
   *
   * @throws TryAgain it did not come in time; nothing was done
   */
  arrive(holder: RequestHolder, caller: Caller): Promise<void> | undefined {
    return taken(this.calls, holder, caller, 1);
  }

  /** Waits for as many places as what it reads takes. @throws TryAgain they did not come in time; nothing was done */
  async enter(holder: RequestHolder): Promise<void> {
    const { caller, effort } = holder.current;
    const places = Math.min(Math.max(1, Math.ceil(effort.expected / OBJECTS_OF_A_PLACE)), MOST_PLACES);
    await taken(this.share, holder, caller, places);
  }

  /** @throws RateLimited answers of this practice wait to be read, and take as much memory as they may */
  requireRead({ practice }: Caller): void {
    if ((this.unread.get(practice) ?? 0) > this.mostUnread) throw new RateLimited(1);
  }

  /** An answer is being sent. Where nobody is there any more to read it, nothing is kept of it, and nobody tells when it ends. */
  sending(holder: RequestHolder, { practice }: Caller, bytes: number): void {
    if (holder.current.origin.isGone?.()) return;
    this.add(practice, bytes);
    holder.atEnd.push(() => this.add(practice, -bytes));
  }

  private add(practice: string, bytes: number): void {
    const now = (this.unread.get(practice) ?? 0) + bytes;
    if (now > 0) this.unread.set(practice, now);
    else this.unread.delete(practice);
  }
}

/** Gives them back when the call is over. */
function taken(share: FairShare, holder: RequestHolder, caller: Caller, places: number): Promise<void> | undefined {
  const keep = (): void => {
    const giveBack = (): void => share.giveBack(caller, places);
    if (holder.current.origin.isGone?.()) giveBack();
    else holder.atEnd.push(giveBack);
  };
  const waiting = share.take(caller, places);
  if (!waiting) {
    keep();
    return undefined;
  }
  return waiting.then(keep, (error: unknown) => {
    throw error instanceof GaveUp ? new TryAgain() : error;
  });
}
