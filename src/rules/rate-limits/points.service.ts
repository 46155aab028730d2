import { createHmac, hkdfSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtSecret } from '../../platform/config/jwt-secret.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { RequestContext } from '../../foundation/request-context/request-context.ts';

export const WINDOW_SECONDS = 60;

/** Whose points are taken, of what, and how many. */
export interface Wanted {
  readonly kind: string;
  readonly subject: string;
  readonly wanted: number;
  readonly most: number;
  readonly seconds: number;
}

/** What was taken of a window's points. */
export interface Taken {
  readonly granted: number;
  /** Of the whole window, for all processes; below 0 once the limit was lowered. */
  readonly remaining: number;
  /** Until the window ends and all points are there again. */
  readonly endsInSeconds: number;
  /** The first time that this window had nothing left: worth an event, which the ones after it are not. */
  readonly firstRefusal: boolean;
}

/**
 * Points of windows, of a minute unless said, counted in PostgreSQL by its clock, so that all processes together give out no more than
 * there are and a restart forgets nothing. Kept by a keyed hash: who reads the table learns no email and no address.
 */
@Injectable()
export class Points {
  private readonly secret: Buffer;

  constructor(
    private readonly transactions: Transactions,
    jwtSecret: JwtSecret,
  ) {
    this.secret = Buffer.from(hkdfSync('sha256', jwtSecret.key, '', 'therapy-units rate limits', 32));
  }

  /** Takes up to `wanted` points of those that `subject` has a minute. The transaction is one of its own. */
  take(kind: string, subject: string, wanted: number, most: number): Promise<Taken> {
    const nobody = RequestContext.anonymous({ requestId: 'rate-limits' }, () => new Date());
    // may happen twice: at worst a lot is lost, and nobody gets more than there is
    return this.transactions.ask(nobody, (tx) =>
      this.takeIn(tx, { kind, subject, wanted, most, seconds: WINDOW_SECONDS }),
    );
  }

  /** As `take`, in a transaction that has more to do: until its end all others wait who want this subject's points. */
  async takeIn(tx: Tx, { kind, subject, wanted, most, seconds }: Wanted): Promise<Taken> {
    const [taken] = await tx.sql<Taken>(
      'SELECT granted, remaining, ends_in AS "endsInSeconds", first_refusal AS "firstRefusal" FROM app.take_points($1, $2, $3, $4)',
      [this.keyOf(kind, subject), wanted, most, seconds],
    );
    if (!taken) throw new Error('app.take_points gave no row');
    return taken;
  }

  /** Gives one back with the caller's commit. */
  giveBackIn(tx: Tx, kind: string, subject: string): void {
    tx.send('SELECT app.give_back_point($1)', [this.keyOf(kind, subject)]);
  }

  keyOf(kind: string, ...subject: readonly string[]): Buffer {
    return createHmac('sha256', this.secret)
      .update(JSON.stringify([kind, ...subject]))
      .digest();
  }
}
