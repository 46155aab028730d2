import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { APPLICATION_ROLE } from '../../src/platform/database/connection/settings.ts';
import { covers, grantsOf, needsOf, type Privilege } from '../support/privileges.ts';
import { testCluster } from '../support/cluster.ts';
import type { Stage } from '../proof/rights/stage.ts';
import { doEverything } from '../support/broad-run.ts';

/** While an upgrade rolls they work on the new schema: what they alone use goes with a later release. */
const FOR_OLDER_PROCESSES = ['EXECUTE app.granters_from_outside'];
const LIMIT_MS = 600_000;
/** What frames a transaction, sets something of it, or is TypeORM's own at the start: needs no privilege on what is ours. */
const NO_QUERY = /^\s*(BEGIN|COMMIT|ROLLBACK|SET|START|SAVEPOINT|RELEASE|CREATE EXTENSION)\b/i;

/** The statements that the application's login sends while the work runs, each once. */
async function statementsOfTheApplication(login: string, work: () => Promise<unknown>): Promise<Set<string>> {
  const statements = new Set<string>();
  const { query } = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
  jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: { user?: string }, ...args: unknown[]) {
    const [given] = args as [string | { text?: string }];
    const text = typeof given === 'string' ? given : given.text;
    if (this.user === login && text && !NO_QUERY.test(text)) statements.add(text);
    return query.apply(this, args) as never;
  });
  try {
    await work();
  } finally {
    jest.restoreAllMocks();
  }
  return statements;
}

describe('given all that the API does, once', () => {
  let stage: Stage;
  let needs: Set<Privilege>;
  let grants: Set<Privilege>;

  beforeAll(async () => {
    const { username } = new URL(testCluster().applicationUrl);
    const statements = await statementsOfTheApplication(username, async () => {
      stage = await doEverything();
    });
    const { adminUrl } = stage.world.test.database;
    needs = await needsOf(adminUrl, statements);
    grants = await grantsOf(adminUrl, APPLICATION_ROLE);
  }, LIMIT_MS);
  afterAll(() => stage.close());

  it('when its statements are held against the grants of its role, then each has what it needs', () => {
    const unmet = [...needs].filter((need) => ![...grants].some((grant) => covers(grant, need)));
    expect(needs.size).toBeGreaterThan(300);
    expect(unmet.sort()).toEqual([]);
  });

  it('when the grants are held against its statements, then each has a use', () => {
    const uses = [...needs].filter((need) => !need.startsWith('LOCK '));
    const unused = [...grants].filter((grant) => !uses.some((need) => covers(grant, need)));
    expect(unused.sort()).toEqual(FOR_OLDER_PROCESSES);
  });
});
