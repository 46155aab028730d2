import type { Fault } from './fault.ts';
import { Balancer } from './harness/balancer.ts';

const PROCESSES = 2;
/** Above the time that the balancer takes to look, as docs/operations.md has it: seconds, on a machine that is busy elsewhere. */
const SHUTDOWN_DELAY_SECONDS = '10';

/** A new release goes out: each process in turn is asked to end, and another takes its place. Nobody may notice. */
export const rollingRestarts: Fault = {
  number: 7,
  title: 'SIGTERM under load, two processes behind a balancer',
  rounds: 10,
  async play(run) {
    const stage = await run.stage(await run.ground(), { apis: PROCESSES, settings: { SHUTDOWN_DELAY_SECONDS } });
    const balancer = new Balancer(stage);
    run.later(() => balancer.close());
    await run.underLoad(
      stage,
      async () => {
        for (let round = 0; round < run.rounds; round++) {
          await run.pause();
          await run.breaking(`SIGTERM ${round + 1}`, async () => {
            const api = stage.apis[round % PROCESSES]!;
            api.signal('SIGTERM');
            const code = await api.ended;
            if (code !== 0) run.violated(`a process that was asked to end exited with ${code}`);
            await stage.start(round % PROCESSES);
          });
        }
      },
      { door: balancer.door, mustAnswer: true },
    );
  },
};
