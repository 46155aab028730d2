import { setTimeout as sleep } from 'node:timers/promises';
import { JWT_SECRET } from '../../../../bench/stage/api.ts';
import { startApi, type ApiProcess } from '../../../support/api-process.ts';
import type { ClusterUrls } from '../../../support/cluster.ts';
import { flagsOfStart } from '../../../support/start-flags.ts';
import { residentMb } from './memory.ts';
import { fillPractices } from './practices.ts';

const BETWEEN_LOOKS_MS = 100;

/** Processes of the API as `npm start` has them in production, on a database with the two practices. */
export class Stage {
  private peakMb = 0;
  private isOver = false;
  private readonly dead: string[] = [];

  private constructor(readonly apis: readonly ApiProcess[]) {
    for (const api of apis)
      void api.ended.then((code) => {
        if (!this.isOver) this.dead.push(`a process has ended with ${code}: ${api.output.slice(-2_000)}`);
      });
    void this.watchMemory();
  }

  static async open(ground: ClusterUrls, processes: number, weeks: number): Promise<Stage> {
    await fillPractices(ground.ownerUrl, weeks);
    const flags = await flagsOfStart();
    const apis = await Promise.all(
      Array.from({ length: processes }, () => startApi(ground, { JWT_SECRET, LOG_LEVEL: 'error' }, '.', flags)),
    );
    try {
      await Promise.all(apis.map((api) => api.untilReady()));
    } catch (error) {
      for (const api of apis) api.signal('SIGKILL');
      throw error;
    }
    return new Stage(apis);
  }

  get urls(): string[] {
    return this.apis.map(({ url }) => url);
  }

  /** What the largest process had in memory at most, since this was asked the last time. */
  takePeakMb(): number {
    const peak = this.peakMb;
    this.peakMb = 0;
    return peak;
  }

  /** Processes that have ended, since this was asked the last time. */
  takeDead(): string[] {
    return this.dead.splice(0);
  }

  async close(): Promise<void> {
    this.isOver = true;
    for (const api of this.apis) api.signal('SIGKILL');
    await Promise.all(this.apis.map(({ ended }) => ended));
  }

  private async watchMemory(): Promise<void> {
    while (!this.isOver) {
      const now = await Promise.all(this.apis.map(({ pid }) => residentMb(pid).catch(() => 0)));
      this.peakMb = Math.max(this.peakMb, ...now);
      await sleep(BETWEEN_LOOKS_MS);
    }
  }
}
