import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Job, LoadResult } from './job.ts';

type Answer = { readonly result: LoadResult } | { readonly error: string };

/**
 * A process of its own that makes the load, so that it shares nothing with the API but the cores; in a session of its own, too,
 * for the kernel gives each session the same share of them (sched_autogroup), and each connection of PostgreSQL is one. It ends
 * when its channel to the bench closes.
 */
export class LoadProcess {
  private readonly child: ChildProcess = fork('bench/load/worker.ts', {
    detached: true,
    execArgv: ['--import', './test/support/from-sources.mjs'],
  });

  private readonly ended = once(this.child, 'exit').then(([code]) => ({
    error: `The load process has ended with ${String(code)}.`,
  }));

  /** @throws Error what went wrong there */
  async run(job: Job): Promise<LoadResult> {
    const told = once(this.child, 'message').then(([message]) => message as Answer);
    this.child.send(job);
    const answer = await Promise.race([told, this.ended]);
    if ('error' in answer) throw new Error(answer.error);
    return answer.result;
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }
}
