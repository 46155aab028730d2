import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { v7 as uuid } from 'uuid';
import { TenantRepository } from '../database/tenant-repository.ts';
import { Transactions } from '../database/transactions.ts';
import { RequestContext, type Actor } from '../request-context/request-context.ts';
import { normalEmail } from './email.ts';
import { actorOf } from './links.ts';
import { User } from './user.entity.ts';

/** Deactivations and changes of role count within 60 seconds in every process; this leaves room for a slow one. */
const FRESH_MS = 15_000;
const MOST_ACCOUNTS = 10_000;

/** Finds who somebody is before anybody is signed in. */
@Injectable()
export class AccountsService {
  private readonly rows = new TenantRepository(User);
  /** Promises, so that requests at the same moment share one reading, and its age counts from before it. */
  private readonly actors = new LRUCache<string, Promise<Actor | undefined>>({ max: MOST_ACCOUNTS, ttl: FRESH_MS });

  constructor(private readonly transactions: Transactions) {}

  /** The active user with this id, as the database said at most 15 seconds ago. */
  accountOf(organizationId: string, userId: string): Promise<Actor | undefined> {
    const key = keyOf({ organizationId, id: userId });
    const known = this.actors.get(key);
    if (known) return known;
    const reading = this.read(organizationId, userId);
    this.actors.set(key, reading);
    const forgetIt = (): void => {
      if (this.actors.peek(key) === reading) this.actors.delete(key);
    };
    // who is nobody now may be somebody in a moment, and a fault of the database is nobody's
    void reading.then((actor) => actor ?? forgetIt(), forgetIt);
    return reading;
  }

  /** Reads the account anew next time; for changes made in this process. */
  forget(user: { readonly organizationId: string; readonly id: string }): void {
    this.actors.delete(keyOf(user));
  }

  /**
   * The account with this email, active or not, in whatever organization. `nobody` is a context that is not signed in.
   * An unknown email takes the same two transactions as a known one, so that timing tells nothing.
   */
  async byEmail(nobody: RequestContext, email: string): Promise<User | null> {
    const [found] = await this.transactions.read(nobody, (tx) =>
      tx.sql<{ organization_id: string; user_id: string }>(
        'SELECT organization_id, user_id FROM app.login_account($1)',
        [normalEmail(email)],
      ),
    );
    const home = nobody.within(found?.organization_id ?? uuid());
    return this.transactions.read(home, (tx) => this.rows.find(tx, found?.user_id ?? uuid()));
  }

  private async read(organizationId: string, userId: string): Promise<Actor | undefined> {
    const nobody = RequestContext.anonymous({ requestId: 'accounts' }, () => new Date());
    const user = await this.transactions.read(nobody.within(organizationId), (tx) => this.rows.find(tx, userId));
    return user?.active ? actorOf(user) : undefined;
  }
}

function keyOf({ organizationId, id }: { readonly organizationId: string; readonly id: string }): string {
  return `${organizationId} ${id}`;
}
