import { setTimeout as sleep } from 'node:timers/promises';
import { connected } from '../../support/sql.ts';
import type { Fault } from './fault.ts';
import { PostgresServer } from './harness/postgres-server.ts';
import { SmallDisk } from './harness/small-disk.ts';

const MEGABYTES = 192;
/** Little WAL is kept, so that new room for it is wanted soon. */
const SETTINGS = { max_wal_size: '32MB', min_wal_size: '32MB', wal_recycle: 'off', checkpoint_timeout: '30s' };

/**
 * Nothing is left on the database's disk: what wants more room for a table is refused (53100), and what wants more room
 * for the WAL takes the whole server down, which cannot come up again before there is room.
 */
export const fullDisk: Fault = {
  number: 5.2,
  title: 'full disk of the database',
  rounds: 6,
  lacks: () => SmallDisk.lacks(),
  async play(run) {
    const disk = await SmallDisk.mount(MEGABYTES);
    run.later(() => disk.unmount());
    const server = await PostgresServer.make({ folder: disk.folder, settings: SETTINGS });
    run.later(() => server.stop());
    const stage = await run.stage(server, { apis: 2 });
    await run.underLoad(stage, async () => {
      for (let round = 1; round <= run.rounds; round++) {
        await run.pause();
        await disk.fill();
        // every other time the next thing that is written wants a new file of the WAL
        if (round % 2 === 0) await switchWal(server.adminUrl);
        const end = Date.now() + run.random.between(4_000, 12_000);
        while (server.pid !== undefined && Date.now() < end) await sleep(100);
        const went = server.pid === undefined ? 'the server went down' : 'the server stayed up';
        await run.breaking(`full disk, ${went}`, async () => {
          await disk.free();
          await server.start();
        });
      }
    });
  },
};

/** More often than there may be files in advance. */
async function switchWal(adminUrl: string): Promise<void> {
  const next = `SELECT pg_logical_emit_message(false, 'proof', ''), pg_switch_wal()`;
  // the server may be down by then
  await connected(adminUrl, async (admin) => {
    for (let times = 0; times < 5; times++) await admin.query(next);
  }).catch(() => undefined);
}
