import { Injectable } from '@nestjs/common';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import { RequestContext } from '../../foundation/request-context/request-context.ts';
import { AccountsService } from '../../people/users/accounts.service.ts';
import type { User } from '../../people/users/user.entity.ts';
import { UsersService } from '../../people/users/users.service.ts';
import { DEMO_LOGINS } from './demo-data.ts';

/**
 * The accounts that the demo makes, whose passwords stand in the README. Their addresses end in `.example`, which nobody
 * can have (RFC 2606): whoever has one is the demo's, whatever its password is now.
 */
@Injectable()
export class DemoAccounts {
  constructor(
    private readonly transactions: Transactions,
    private readonly accounts: AccountsService,
    private readonly users: UsersService,
  ) {}

  /** @throws Error somebody could sign in with a password that everybody knows; it says what to do */
  async requireNone(): Promise<void> {
    const [account, ...more] = await this.active();
    if (!account) return;
    throw new Error(
      `The database has ${more.length + 1} of the demo's accounts, and their passwords are public (${account.email} is one). ` +
        'Run `npm run demo:shut` (in the image: node dist/src/commands/demo-shut.js), or set DATABASE_URL to another database.',
    );
  }

  /**
   * Makes them useless, one after the other. They stay as rows, as all that the demo has made: ledger and trail tell of
   * them, and forget nothing.
   *
   * @returns the emails of those that were still of use
   */
  async shut(): Promise<string[]> {
    const active = await this.active();
    for (const user of active)
      await this.transactions.run(nobody().within(user.organizationId), (tx) => {
        tx.allowBlindReplay(); // shut twice, it is as shut
        return this.users.shut(tx, user);
      });
    return active.map(({ email }) => email);
  }

  private async active(): Promise<User[]> {
    const found = await Promise.all(DEMO_LOGINS.map(({ email }) => this.accounts.byEmail(nobody(), email)));
    return found.filter((user) => user?.active === true) as User[];
  }
}

function nobody(): RequestContext {
  return RequestContext.anonymous({ requestId: 'demo:shut' }, () => new Date());
}
