import { Injectable } from '@nestjs/common';
import { RateLimited, TryAgain } from '../../foundation/errors/domain-error.ts';
import { FairShare, GaveUp, type Caller } from '../../foundation/fair-share/fair-share.ts';
import type { RequestHolder } from '../../foundation/request-context/ctx.decorator.ts';
import { Environment } from '../../platform/config/environment.ts';

/** Of calls that are worked on at the same time. */
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
  private readonly share = new FairShare(PLACES, PATIENCE_MS);
  /** Bytes of answers that were written and are not yet read, by practice. */
  private readonly unread = new Map<string, number>();
  private readonly mostUnread: number;

  constructor({ MAX_ANSWER_BYTES }: Environment) {
    this.mostUnread = UNREAD_ANSWERS * MAX_ANSWER_BYTES;
  }

  /** Waits for the call's turn. @throws TryAgain it did not come in time; nothing was done */
  async enter(holder: RequestHolder): Promise<void> {
    const { caller, effort, origin } = holder.current;
    const places = Math.min(Math.max(1, Math.ceil(effort.expected / OBJECTS_OF_A_PLACE)), MOST_PLACES);
    await this.share.take(caller, places)?.catch((error: unknown) => {
      throw error instanceof GaveUp ? new TryAgain() : error;
    });
    if (origin.isGone?.()) this.share.giveBack(caller, places);
    else holder.atEnd.push(() => this.share.giveBack(caller, places));
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
