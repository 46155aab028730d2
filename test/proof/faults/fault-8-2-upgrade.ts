import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { migrate } from '../../../src/platform/database/schema/migrate.ts';
import { migrations } from '../../../src/platform/database/schema/migrations.ts';
import type { Fault } from './fault.ts';
import { lacksHistory, versionBefore } from './harness/version-before.ts';

const PROCESSES = 2;
const WITHIN_MS = 10_000;
/** What the old process was asked for last has been answered by then. */
const LAST_ANSWERS_MS = WITHIN_MS;

/**
 * The upgrade of docs/operations.md, from the last version that knew fewer migrations: its processes serve while the newest
 * migrations are run, and are then replaced one by one.
 */
export const upgrade: Fault = {
  number: 8.2,
  title: 'upgrade from the version before while it serves',
  rounds: 1 + PROCESSES,
  lacks: lacksHistory,
  async play(run) {
    const before = await versionBefore();
    run.later(() => before.remove());
    const stage = await run.stage(await run.ground(), { apis: 0 });
    const { ownerUrl } = stage.ground;
    await goBack(ownerUrl, before.unknown.length);
    for (let place = 0; place < PROCESSES; place++) await stage.startFrom(before.folder, place);
    run.tell(`version before: ${before.commit}; it lacks ${before.unknown.join(', ')}`);
    await run.underLoad(
      stage,
      async () => {
        await run.pause();
        await run.breaking('the newest migrations', async () => {
          const names = await migrate(ownerUrl);
          if (names.length !== before.unknown.length) run.violated(`${names.length} migrations ran`);
        });
        for (let place = 0; place < PROCESSES; place++) {
          await run.pause();
          const old = stage.apis[place]!;
          await run.breaking(`process ${place} replaced`, () => stage.start(place));
          await sleep(LAST_ANSWERS_MS);
          old.signal('SIGTERM');
          await old.ended;
        }
      },
      { mustAnswer: true, withinMs: WITHIN_MS },
    );
  },
};

async function goBack(ownerUrl: string, steps: number): Promise<void> {
  const database = await new DataSource({ type: 'postgres', url: ownerUrl, migrations, logger: 'debug' }).initialize();
  for (let step = 0; step < steps; step++) await database.undoLastMigration({ transaction: 'each' });
  await database.destroy();
}
