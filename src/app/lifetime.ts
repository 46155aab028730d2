import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Environment } from '../platform/config/environment.ts';
import { Readiness } from './health/readiness.service.ts';
import type { HttpAdapter } from './http.ts';
import { safeError } from '../platform/observability/safe-error.ts';

const LOOK_EVERY_MS = 1_000;
/** npm passes on a signal that its whole group has had: those two are one. */
const ONE_SIGNAL_MS = 500;
/** For the services in the background and the pool: their statements have time-outs of their own, and are shorter. */
const CLOSING_LIMIT_MS = 10_000;

/**
 * Runs once when the process is asked to end: by Ctrl-C, by SIGTERM, or because the `npm start` that launched it is
 * gone (killed with -9, it can tell nobody). A second signal does not wait.
 */
export function onEnd(close: () => Promise<void>): void {
  let began: number | undefined;
  const end = (): void => {
    if (began !== undefined) return;
    began = Date.now();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        new Logger('main').error({ message: 'did not end as it should', error: safeError(error) });
        process.exit(1);
      },
    );
  };
  const onSignal = (): void => {
    if (began !== undefined && Date.now() - began > ONE_SIGNAL_MS) process.exit(130);
    end();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  if (process.env.npm_lifecycle_event === 'start') endWithLauncher(end);
}

/**
 * Ends the application without losing a request: told to be not ready, it still answers until the load balancers have
 * seen it; then it lets nobody in, finishes what runs, and closes what is behind.
 *
 * @throws Error something behind does not close; every transaction that has no answer yet is rolled back by PostgreSQL
 */
export async function farewell(
  app: NestFastifyApplication,
  { shutdown }: Pick<Environment, 'shutdown'>,
): Promise<void> {
  const { openRequests } = app.getHttpAdapter() as unknown as HttpAdapter;
  app.get(Readiness, { strict: false }).withdraw();
  openRequests.sendAway();
  await sleep(shutdown.delay);
  await openRequests.finish(shutdown.limit);
  await Promise.race([app.close(), tooLate()]);
}

async function tooLate(): Promise<never> {
  await sleep(CLOSING_LIMIT_MS, undefined, { ref: false });
  throw new Error('The application does not close.');
}

function endWithLauncher(end: () => void): void {
  const launcher = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(look);
    end();
  }, LOOK_EVERY_MS);
  look.unref();
}
