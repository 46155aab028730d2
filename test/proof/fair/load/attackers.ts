import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Told } from './job.ts';

/** For its last answers. */
const GRACE_MS = 25_000;

/** A process of attackers, ready to begin. It ends with its attack, when it is told to, and when this process does. */
export class Attackers {
  private constructor(private readonly child: ChildProcess) {}

  static async ready(): Promise<Attackers> {
    const child = fork('test/proof/fair/load/worker.ts', {
      // in a session of its own, for the kernel gives each session the same share of the cores (sched_autogroup)
      detached: true,
      execArgv: ['--import', './test/support/from-sources.mjs'],
    });
    const attackers = new Attackers(child);
    await attackers.next(Infinity);
    return attackers;
  }

  /** @returns how often its calls were answered how @throws Error what went wrong there */
  async attack(job: Job): Promise<Readonly<Record<string, number>>> {
    this.child.send(job);
    const told = await this.next(job.seconds * 1_000 + GRACE_MS);
    if (typeof told === 'object' && 'answers' in told) return told.answers;
    throw new Error(typeof told === 'object' ? told.error : 'The process that attacks said nothing of its calls.');
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }

  private next(withinMs: number): Promise<Told> {
    const ended = once(this.child, 'exit').then(([code]) => ({
      error: `The process that attacks has ended with ${String(code)}.`,
    }));
    const told = once(this.child, 'message').then(([message]) => message as Told);
    const late = { error: 'The process that attacks does not end.' };
    return Promise.race([told, ended, ...(withinMs < Infinity ? [sleep(withinMs, late, { ref: false })] : [])]);
  }
}
