import { Injectable } from '@nestjs/common';
import type { Pooling } from '../../config/environment.ts';
import { RequestContext } from '../../../foundation/request-context/request-context.ts';
import { wantedByTheApplication } from '../connection/settings.ts';
import { unsuitable } from '../connection/suitability.ts';
import { Transactions } from '../transactions/transactions.ts';
import { HAS_MIGRATIONS, KNOWN_MIGRATIONS } from './known-migrations.ts';

const nobody = RequestContext.anonymous({ requestId: 'schema' }, () => new Date());

/** Whether the database is as this build needs it. */
@Injectable()
export class Schema {
  constructor(
    private readonly transactions: Transactions,
    private readonly pooling: Pooling,
  ) {}

  /**
   * One line that says what is wrong with it: a setting, or a migration of this build that has not been run. None where it is
   * as it should be.
   *
   * @throws Error the database cannot be reached, or has never been migrated
   */
  async fault(): Promise<string | undefined> {
    return this.transactions.read(nobody, async (tx) => {
      const setting = unsuitable((text, parameters) => tx.sql(text, parameters), wantedByTheApplication(this.pooling));
      const migrated = tx.sql<{ current: boolean }>(HAS_MIGRATIONS, [KNOWN_MIGRATIONS]);
      const [line, [row]] = await Promise.all([setting, migrated]);
      if (line) return line;
      return row?.current ? undefined : 'The database lacks migrations of this build: npm run migration:run.';
    });
  }
}
