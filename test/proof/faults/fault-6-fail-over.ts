import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { lacksPostgres, PG_BIN } from './harness/debian-postgres.ts';
import { PostgresPair } from './harness/postgres-pair.ts';

const WAIT_MS = 500;

/**
 * The primary is killed and its synchronous standby promoted. In every other round the standby was parted from it some
 * time before, and whoever waited for it was told to go on: what was committed on the primary alone is lost with it, and
 * may not have been acknowledged.
 */
export const failOver: Fault = {
  number: 6,
  title: 'fail-over to a synchronous standby',
  rounds: 6,
  lacks: lacksPostgres,
  async play(run) {
    const pair = await PostgresPair.make(PG_BIN);
    run.later(() => pair.stop());
    const stage = await run.stage(pair, {
      apis: 2,
      applicationUrl: pair.withBoth(pair.applicationUrl),
      settings: { DATABASE_MIGRATION_URL: pair.withBoth(pair.ownerUrl) },
    });
    await run.underLoad(stage, async () => {
      for (let round = 1; round <= run.rounds; round++) {
        await run.pause();
        const parted = round % 2 === 0;
        if (parted) {
          await pair.part();
          for (let times = 0; times < 8; times++) {
            await sleep(WAIT_MS);
            await pair.giveUpWaiting();
          }
        }
        await run.breaking(parted ? 'primary killed, its standby parted before' : 'primary killed', () =>
          pair.failOver(),
        );
        await run.pause();
        await pair.repair();
      }
    });
  },
};
