import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { RateLimited } from '../../foundation/errors/domain-error.ts';
import { Environment } from '../../platform/config/environment.ts';
import { networkOf } from './address.ts';
import { WINDOW_SECONDS } from './points.service.ts';

const MOST_ADDRESSES = 10_000;

/**
 * How many new documents an address may have looked through a minute without a token, in this process: each takes some
 * milliseconds of the one thread before anybody is asked who sends it. A document that is known costs nothing, so that an
 * office where somebody sends junk signs in all the same: a client that signs in has three, which are new to a process once.
 */
@Injectable()
export class DocumentBudget {
  private readonly windows = new LRUCache<string, { left: number; readonly endsAt: number }>({ max: MOST_ADDRESSES });

  private readonly most: number;

  constructor({ NEW_DOCUMENTS_PER_MINUTE }: Environment) {
    this.most = NEW_DOCUMENTS_PER_MINUTE;
  }

  /** @throws RateLimited the address has sent too many */
  spend(address: string | undefined): void {
    if (this.most === 0) return;
    const network = networkOf(address);
    const now = performance.now();
    let window = this.windows.get(network);
    if (!window || window.endsAt <= now) {
      window = { left: this.most, endsAt: now + WINDOW_SECONDS * 1_000 };
      this.windows.set(network, window);
    }
    if (window.left <= 0) throw new RateLimited((window.endsAt - now) / 1_000);
    window.left -= 1;
  }
}
