import type { Fault } from './fault.ts';

/** The process is gone in the middle of whatever it did; PostgreSQL finds its connections closed. */
export const killApi: Fault = {
  number: 1,
  title: 'kill -9 of an API process',
  rounds: 20,
  async play(run) {
    const stage = await run.stage(await run.ground());
    await run.underLoad(stage, async () => {
      for (let round = 1; round <= run.rounds; round++) {
        await run.pause();
        await run.breaking(`kill ${round}`, async () => {
          const [api] = stage.apis;
          api?.signal('SIGKILL');
          await api?.ended;
          await stage.start(0);
        });
      }
    });
  },
};
