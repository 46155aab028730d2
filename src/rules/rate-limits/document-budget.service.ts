import { Injectable } from '@nestjs/common';
import { MinuteCounts } from '../../foundation/fair-share/minute-counts.ts';
import { RateLimited } from '../../foundation/errors/domain-error.ts';
import { Environment } from '../../platform/config/environment.ts';
import { networkOf } from './address.ts';

/**
 * How many new documents an address may have looked through a minute without a token, in this process: each takes some
 * milliseconds of the one thread before anybody is asked who sends it. A document that is known costs nothing, so that an
 * office where somebody sends junk signs in all the same: a client that signs in has three, which are new to a process once.
 */
@Injectable()
export class DocumentBudget {
  private readonly spent = new MinuteCounts();
  private readonly most: number;

  constructor({ NEW_DOCUMENTS_PER_MINUTE }: Environment) {
    this.most = NEW_DOCUMENTS_PER_MINUTE;
  }

  /** @throws RateLimited the address has sent too many */
  spend(address: string | undefined): void {
    if (this.most === 0) return;
    const network = networkOf(address);
    if (this.spent.of(network) >= this.most) throw new RateLimited(this.spent.secondsLeft(network));
    this.spent.add(network, 1);
  }
}
