import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from './stage.ts';

const LOOK_EVERY_MS = 100;

/** Sends each attempt to the next process that says it is ready, as a load balancer does. */
export class Balancer {
  private ready: string[] = [];
  private turn = 0;
  private isOver = false;
  private readonly looking: Promise<void>;

  constructor(private readonly stage: Stage) {
    this.ready = this.stage.apis.map(({ url }) => url);
    this.looking = this.lookAgainAndAgain();
  }

  /** Where the next attempt goes; anywhere while nobody is ready. */
  readonly door = (): string => {
    const open = this.ready.length ? this.ready : this.stage.apis.map(({ url }) => url);
    return open[this.turn++ % open.length]!;
  };

  async close(): Promise<void> {
    this.isOver = true;
    await this.looking;
  }

  /** One look after the other: the answer to an older one never counts more than that to a newer. */
  private async lookAgainAndAgain(): Promise<void> {
    while (!this.isOver) {
      const answers = await Promise.all(this.stage.apis.map(async ({ url }) => ({ url, isReady: await isReady(url) })));
      this.ready = answers.filter((answer) => answer.isReady).map(({ url }) => url);
      await sleep(LOOK_EVERY_MS);
    }
  }
}

/** Waits as long as it takes: on a slow machine a slow answer is none that a process is to be left for. */
async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}
