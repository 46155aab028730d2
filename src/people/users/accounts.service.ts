import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { newId } from '../../platform/database/rows/new-id.ts';
import { TenantRepository } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import { RequestContext, type Actor } from '../../foundation/request-context/request-context.ts';
import { normalEmail } from './email.ts';
import { actorOf } from './links.ts';
import { SignIns } from './sign-ins.ts';
import { User } from './user.entity.ts';

/** Deactivations, changes of role and ended sign-ins count within 60 seconds in every process; this leaves room for a slow one. */
const FRESH_MS = 15_000;
/** Nobody may be somebody in a moment; till then a token of a sign-in that is over does not ask the database at each call. */
const NOBODY_FRESH_MS = 1_000;
const MOST_SIGN_INS = 10_000;

/** A promise, so that requests at the same moment share one reading, and its age counts from before it. */
interface Reading {
  staleAt: number;
  readonly actor: Promise<Actor | undefined>;
}

/** Finds who somebody is before anybody is signed in. */
@Injectable()
export class AccountsService {
  private readonly rows = new TenantRepository(User);
  private readonly signIns = new SignIns();
  private readonly readings = new LRUCache<string, Reading>({ max: MOST_SIGN_INS });

  constructor(private readonly transactions: Transactions) {}

  /** The active user with this id, if the sign-in still counts, as the database said at most 15 seconds ago. */
  accountOf(organizationId: string, userId: string, signInId: string): Promise<Actor | undefined> {
    const key = `${keyOf({ organizationId, id: userId })}${signInId}`;
    const known = this.readings.get(key);
    if (known && performance.now() < known.staleAt) return known.actor;
    const asked = performance.now();
    const reading = { staleAt: asked + FRESH_MS, actor: this.read(organizationId, userId, signInId) };
    this.readings.set(key, reading);
    const forgetIt = (): void => {
      if (this.readings.peek(key) === reading) this.readings.delete(key);
    };
    void reading.actor.then((actor) => {
      if (!actor) reading.staleAt = asked + NOBODY_FRESH_MS;
    }, forgetIt); // a fault of the database is nobody's
    return reading.actor;
  }

  /** Reads the account and its sign-ins anew next time; for changes made in this process. */
  forget(user: { readonly organizationId: string; readonly id: string }): void {
    const ofUser = keyOf(user);
    for (const key of [...this.readings.keys()]) if (key.startsWith(ofUser)) this.readings.delete(key);
  }

  /**
   * The account with this email, active or not, in whatever organization. `nobody` is a context that is not signed in.
   * An unknown email takes the same two transactions as a known one, so that timing tells nothing.
   */
  async byEmail(nobody: RequestContext, email: string): Promise<User | null> {
    const [found] = await this.transactions.ask(nobody, (tx) =>
      tx.sql<{ organization_id: string; user_id: string }>(
        'SELECT organization_id, user_id FROM app.login_account($1)',
        [normalEmail(email)],
      ),
    );
    const home = nobody.within(found?.organization_id ?? newId());
    return this.transactions.ask(home, (tx) => this.rows.find(tx, found?.user_id ?? newId()));
  }

  private async read(organizationId: string, userId: string, signInId: string): Promise<Actor | undefined> {
    const nobody = RequestContext.anonymous({ requestId: 'accounts' }, () => new Date());
    return this.transactions.ask(nobody.within(organizationId), async (tx) => {
      const [user, isLetIn] = await Promise.all([
        this.rows.find(tx, userId),
        this.signIns.letsIn(tx, userId, signInId),
      ]);
      return user?.active && isLetIn ? { ...actorOf(user), signInId } : undefined;
    });
  }
}

function keyOf({ organizationId, id }: { readonly organizationId: string; readonly id: string }): string {
  return `${organizationId} ${id} `;
}
