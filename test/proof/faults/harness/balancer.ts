import type { Stage } from './stage.ts';

const LOOK_EVERY_MS = 100;

/** Sends each attempt to the next process that says it is ready, as a load balancer does. */
export class Balancer {
  private ready: string[] = [];
  private turn = 0;
  private readonly looking: NodeJS.Timeout;

  constructor(private readonly stage: Stage) {
    this.ready = this.stage.apis.map(({ url }) => url);
    this.looking = setInterval(() => void this.look(), LOOK_EVERY_MS);
  }

  /** Where the next attempt goes; anywhere while nobody is ready. */
  readonly door = (): string => {
    const open = this.ready.length ? this.ready : this.stage.apis.map(({ url }) => url);
    return open[this.turn++ % open.length]!;
  };

  close(): void {
    clearInterval(this.looking);
  }

  private async look(): Promise<void> {
    const answers = await Promise.all(
      this.stage.apis.map(async ({ url }) => {
        const isReady = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(1_000) }).then(
          ({ ok }) => ok,
          () => false,
        );
        return { url, isReady };
      }),
    );
    this.ready = answers.filter(({ isReady }) => isReady).map(({ url }) => url);
  }
}
