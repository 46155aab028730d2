import { readFileSync } from 'node:fs';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

/**
 * `node --import .../clock-steps.mjs`: the wall clock of this process is off by as many milliseconds as CLOCK_FILE says,
 * read anew at each SIGUSR2. Timers and performance.now() go on as they do when the clock of a machine is set.
 */
if (isMainThread) {
  const RealDate = Date;
  let off = 0;
  const now = () => RealDate.now() + off;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, asked) => Reflect.construct(target, given.length ? given : [now()], asked),
    apply: () => new RealDate(now()).toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
  process.on('SIGUSR2', () => {
    off = Number(readFileSync(process.env.CLOCK_FILE, 'utf8'));
  });
}
