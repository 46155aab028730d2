import type { Fault } from './fault.ts';
import { Cut, PostgresProxy } from './harness/postgres-proxy.ts';
import type { Run } from './harness/run.ts';

const CUTS = Object.values(Cut);
/** Within which a message that fits has come, or it is another's turn. */
const PATIENCE_MS = 20_000;

/** The network between the API and its database breaks, above all around COMMIT. */
export const cutConnections: Fault = {
  number: 3,
  title: 'a proxy before the database that cuts, delays and stalls',
  rounds: 40,
  async play(run) {
    const ground = await run.ground();
    const proxy = await PostgresProxy.to(ground.applicationUrl, run.random.fork());
    run.later(() => proxy.close());
    const stage = await run.stage(ground, { applicationUrl: proxy.url });
    await run.underLoad(stage, async () => {
      for (let round = 0; round < run.rounds; round++) {
        await run.pause();
        await (round % 5 === 4
          ? disturb(run, proxy)
          : cut(run, proxy, CUTS[(round - Math.floor(round / 5)) % CUTS.length]!));
      }
    });
  },
};

async function cut(run: Run, proxy: PostgresProxy, where: Cut): Promise<void> {
  const times = run.random.between(1, 5);
  const changesOnly = run.random.chance(0.8);
  await run.breaking(`${times} cut ${where}`, async () => {
    const late = setTimeout(() => {
      run.violated(`no message came ${where} within ${PATIENCE_MS / 1_000} seconds`);
      proxy.disarm();
    }, PATIENCE_MS);
    await proxy.cut(where, times, changesOnly);
    clearTimeout(late);
  });
}

/** What is no cut: every packet late, none at all for a while, or all connections gone at once. */
async function disturb(run: Run, proxy: PostgresProxy): Promise<void> {
  const { random } = run;
  switch (random.between(1, 3)) {
    case 1: {
      const most = random.between(5, 60);
      return run.breaking(`delayed up to ${most} ms`, () => proxy.delaying(() => random.between(0, most), 3_000));
    }
    case 2: {
      const ms = random.between(500, 8_000);
      return run.breaking(`stalled for ${ms} ms`, () => proxy.stalling(ms));
    }
    default:
      return run.breaking('all connections cut', async () => proxy.cutAll());
  }
}
