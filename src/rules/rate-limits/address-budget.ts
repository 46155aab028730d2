import { MinuteCounts } from '../../foundation/fair-share/minute-counts.ts';
import { RateLimited } from '../../foundation/errors/domain-error.ts';
import { networkOf } from './address.ts';

/** What an address may cost this process a minute without a token that counts. */
export abstract class AddressBudget {
  private readonly spent = new MinuteCounts();

  /** @param most 0: as much as it likes */
  constructor(private readonly most: number) {}

  /** @throws RateLimited the address has had as much as there is */
  spend(address: string | undefined): void {
    if (this.most === 0) return;
    const network = networkOf(address);
    if (this.spent.of(network) >= this.most) throw new RateLimited(this.spent.secondsLeft(network));
    this.spent.add(network, 1);
  }
}
