import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { OwnSlot } from '../../rules/rate-limits/door-limits.service.ts';
import { normalEmail } from '../users/email.ts';
import type { User } from '../users/user.entity.ts';
import { Stamps } from './stamps.service.ts';

/**
 * Devices of one account that are told apart. Few, since each has guesses of its own: who knows the password may sign in
 * as often as they like, and gets no more slots from it than these. Two devices that share one share its lock-out.
 */
const SLOTS = 16;
const DAY_MS = 86_400_000;
/** Since it last signed in. */
const LIFETIME_DAYS = 90;
const SHAPE = /^(\d{1,2})\.(\d{1,6})\.([\w-]{22})\.([\w-]{22})$/;

/** A device that an account has signed in on, by what it shows. */
export interface Device {
  readonly slot: string;
  /** Tells the password that it signed in with from others, and nothing of it. */
  readonly password: string;
}

/**
 * The tokens of devices. A login gives one out, and who sends it with the next is counted for the device: neither strangers at
 * the same address nor guesses from everywhere keep them out. It lets nobody in; whoever steals it has a slot to guess in,
 * under the limits of every other, until the password changes. It is checked without the database: a flood of false ones
 * costs nothing, and unknown accounts are answered like known ones.
 */
@Injectable()
export class Devices {
  constructor(private readonly stamps: Stamps) {}

  /** The device whose token this is; undefined for a false one, one of another account, or one that has grown old. */
  read(email: string, token: string | null | undefined, now: Date): Device | undefined {
    const [, slot, day, password, stamp] = SHAPE.exec(token ?? '') ?? [];
    if (slot === undefined || day === undefined || password === undefined || stamp === undefined) return undefined;
    if (!this.stamps.fits(stamp, ...marked(email, slot, day, password))) return undefined;
    return Number(day) + LIFETIME_DAYS < dayOf(now) ? undefined : { slot, password };
  }

  /** Whether it signed in with the password that counts now: a new one makes all devices strangers. */
  isOf(account: User | null, { password }: Device): boolean {
    return account !== null && this.stamps.fits(password, ...passwordOf(account));
  }

  /** For somebody who has just signed in: of the same device, where they sent its token. */
  tokenFor(account: User, sent: string | null | undefined, now: Date): string {
    const known = this.read(account.email, sent, now);
    const slot = known?.slot ?? String(randomInt(SLOTS));
    const day = String(dayOf(now));
    const password = this.stamps.of(...passwordOf(account));
    return [slot, day, password, this.stamps.of(...marked(account.email, slot, day, password))].join('.');
  }
}

/** What a device's tries are counted for. Another password is another device: old tokens use up nothing of new ones. */
export function slotOf(email: string, { slot, password }: Device): OwnSlot {
  return { policy: 'device', subject: JSON.stringify([normalEmail(email), slot, password]) };
}

function marked(email: string, slot: string, day: string, password: string): string[] {
  return ['device', normalEmail(email), slot, day, password];
}

function passwordOf({ id, passwordHash }: User): string[] {
  return ['password', id, passwordHash];
}

function dayOf(now: Date): number {
  return Math.floor(now.getTime() / DAY_MS);
}
