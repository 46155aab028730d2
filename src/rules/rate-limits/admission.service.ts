import { Injectable } from '@nestjs/common';
import { CallerGone, RateLimited } from '../../foundation/errors/domain-error.ts';
import { FairShare, type Caller } from '../../foundation/fair-share/fair-share.ts';
import { Beside } from '../../foundation/request-context/beside.ts';
import type { RequestHolder } from '../../foundation/request-context/ctx.decorator.ts';
import { Environment } from '../../platform/config/environment.ts';
import { Totals } from './totals.ts';

/** Calls that are worked on at the same time. */
const CALLS = { all: 128, practice: 48, user: 16 };
/** Of those, by what they read. */
const PLACES = { all: 256, practice: 64, user: 64 };
/** A call that may read so many objects takes one place; a page of 200 clinical notes takes as many as there are for one. */
const OBJECTS_OF_A_PLACE = 100;
const MOST_PLACES = 64;
/** Documents that are looked through between two turns of the event loop: that takes the one thread for some milliseconds. */
const DOCUMENTS = { all: 1, practice: 1, user: 1 };
const PATIENCE_MS = 10_000;
/** Bodies of calls that wait; what they become once they are parsed is up to fifteen times as much. */
const WAITING_BYTES = { all: 8_000_000, user: 1_500_000 };
/** Largest answers that are not yet read: of one user so many, and of all. */
const UNREAD_ANSWERS = { all: 12, user: 1.5 };
/** An answer is read within so long, and for each so many bytes a millisecond more. */
const READ_WITHIN_MS = 30_000;
const BYTES_A_MS = 20;
/** Smaller ones are the kernel's at once. */
const LARGE_BYTES = 65_536;

/**
 * How many calls are worked on at the same time, and of how many bodies and answers the memory holds all: practices and their
 * users take turns (foundation/fair-share). A call has its places until its answer is made, or its caller has hung up.
 */
@Injectable()
export class Admission {
  private readonly calls = new FairShare(CALLS, PATIENCE_MS);
  private readonly places = new FairShare(PLACES, PATIENCE_MS);
  private readonly documents = new FairShare(DOCUMENTS, PATIENCE_MS);
  private readonly held = new Beside<RequestHolder, (() => void)[]>();
  /** Bytes of bodies whose calls wait. */
  private readonly waiting = new Totals(WAITING_BYTES);
  /** Bytes of answers that were written and are not yet read. */
  private readonly unread: Totals;

  constructor({ MAX_ANSWER_BYTES }: Environment) {
    const { all, user } = UNREAD_ANSWERS;
    this.unread = new Totals({ all: all * MAX_ANSWER_BYTES, user: user * MAX_ANSWER_BYTES });
  }

  /**
   * Waits for the call's turn, once its body is read and before anything looks at it. Undefined where it may go on at once.
   *
   * @param bytes of its body
   * @throws TryAgain it did not come in time, or there are more who wait than may; nothing was done
   */
  arrive(holder: RequestHolder, caller: Caller, bytes: number): Promise<void> | undefined {
    const waiting = this.calls.take(caller, 1, this.waiting.hasRoom(caller, bytes));
    if (!waiting) {
      this.hold(holder, this.calls, caller, 1);
      return undefined;
    }
    this.waiting.add(caller, bytes);
    return waiting.then(() => this.hold(holder, this.calls, caller, 1)).finally(() => this.waiting.add(caller, -bytes));
  }

  /** Waits until a new document may be looked through: others are served between one and the next. @throws TryAgain */
  async look({ current }: RequestHolder, caller: Caller): Promise<void> {
    await this.documents.take(caller);
    setImmediate(() => this.documents.giveBack(caller));
    if (current.origin.isGone?.()) throw new CallerGone();
  }

  /** Waits for as many places as what it reads takes. @throws TryAgain they did not come in time; nothing was done */
  async enter(holder: RequestHolder): Promise<void> {
    const { caller, effort } = holder.current;
    const places = Math.min(Math.max(1, Math.ceil(effort.expected / OBJECTS_OF_A_PLACE)), MOST_PLACES);
    await this.places.take(caller, places);
    this.hold(holder, this.places, caller, places);
  }

  /** The answer is made: others may have the places. */
  leave(holder: RequestHolder): void {
    for (const giveBack of this.held.get(holder)?.splice(0) ?? []) giveBack();
  }

  /** @throws RateLimited the caller's answers wait to be read, and take as much memory as they may */
  requireRead(caller: Caller): void {
    if (!this.unread.hasRoom(caller, 0)) throw new RateLimited(1);
  }

  /**
   * An answer is being sent. Where nobody is there any more to read it, nothing is kept of it, and nobody tells when it ends.
   *
   * @param cut ends a connection by which it is not read in time
   */
  sending(holder: RequestHolder, caller: Caller, bytes: number, cut: () => void): void {
    if (bytes < LARGE_BYTES || holder.current.origin.isGone?.()) return;
    this.unread.add(caller, bytes);
    const limit = setTimeout(cut, READ_WITHIN_MS + bytes / BYTES_A_MS).unref();
    holder.atEnd.push(() => {
      clearTimeout(limit);
      this.unread.add(caller, -bytes);
    });
  }

  private hold(holder: RequestHolder, share: FairShare, caller: Caller, places: number): void {
    const giveBack = (): void => share.giveBack(caller, places);
    if (holder.current.origin.isGone?.()) {
      giveBack();
      return;
    }
    const held = this.held.get(holder);
    if (held) held.push(giveBack);
    else {
      this.held.set(holder, [giveBack]);
      holder.atEnd.push(() => this.leave(holder));
    }
  }
}
