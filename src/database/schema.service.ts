import { Injectable } from '@nestjs/common';
import { RequestContext } from '../request-context/request-context.ts';
import { migrations } from './migrations.ts';
import { Transactions } from './transactions.ts';

const KNOWN = migrations.map((migration) => new migration().name);
const nobody = RequestContext.anonymous({ requestId: 'schema' }, () => new Date());

/** How far the database has been migrated, as seen by this build. */
@Injectable()
export class Schema {
  constructor(private readonly transactions: Transactions) {}

  /**
   * Whether every migration that this build knows has been run. Others may have been, too: while an upgrade rolls, the
   * old processes work on the new schema.
   *
   * @throws Error the database cannot be reached, or has never been migrated
   */
  async isCurrent(): Promise<boolean> {
    return this.transactions.read(nobody, async (tx) => {
      const [row] = await tx.sql<{ current: boolean }>('SELECT app.has_migrations($1) AS current', [KNOWN]);
      return row?.current === true;
    });
  }
}
