import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../../src/platform/database/schema/migrate.ts';
import { migrations } from '../../../src/platform/database/schema/migrations.ts';
import { connect } from '../../support/sql.ts';
import type { Fault } from './fault.ts';
import { EXPANDED, nextRelease } from './harness/next-release.ts';

/** Nobody waits longer for an answer. */
const WITHIN_MS = 10_000;

/**
 * The migrations of a release to come are run while this one serves, and while somebody reads all tables in a transaction
 * that stays open for seconds, which migrations have to wait for.
 */
export const migrateUnderLoad: Fault = {
  number: 8.1,
  title: 'migrations of the next release while this one serves',
  rounds: 5,
  async play(run) {
    const stage = await run.stage(await run.ground(), { apis: 2 });
    const { adminUrl, ownerUrl } = stage.ground;
    const migrateTo = async (release: number): Promise<void> => {
      const reader = await connect(adminUrl);
      await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      for (const table of EXPANDED) await reader.query(`SELECT count(*) FROM ${table}`);
      const migrated = migrate(ownerUrl, { migrations: [...migrations, ...nextRelease(release)] });
      await Promise.race([migrated, sleep(run.random.between(1_500, 4_000))]);
      await reader.end();
      const names = await migrated;
      if (names.length !== nextRelease(release).length)
        run.violated(`release ${release}: ${names.length} migrations ran`);
    };
    await run.underLoad(
      stage,
      async () => {
        for (let round = 1; round <= run.rounds; round++) {
          await run.pause();
          await run.breaking(`release ${round} migrated`, () => migrateTo(round));
        }
      },
      { mustAnswer: true, withinMs: WITHIN_MS },
    );
  },
};
