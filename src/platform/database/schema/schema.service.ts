import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../../foundation/request-context/request-context.ts';
import { HAS_MIGRATIONS, KNOWN_MIGRATIONS } from './known-migrations.ts';
import { Transactions } from '../transactions/transactions.ts';

const nobody = RequestContext.anonymous({ requestId: 'schema' }, () => new Date());

/** How far the database has been migrated, as seen by this build. */
@Injectable()
export class Schema {
  constructor(private readonly transactions: Transactions) {}

  /**
   * Whether every migration that this build knows has been run.
   *
   * @throws Error the database cannot be reached, or has never been migrated
   */
  async isCurrent(): Promise<boolean> {
    return this.transactions.read(nobody, async (tx) => {
      const [row] = await tx.sql<{ current: boolean }>(HAS_MIGRATIONS, [KNOWN_MIGRATIONS]);
      return row?.current === true;
    });
  }
}
