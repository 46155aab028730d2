import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { serveApiDocs } from './api-docs.ts';
import { AppModule } from './app.module.ts';
import type { Environment } from '../platform/config/environment.ts';
import { frontDoor } from './front-door.ts';
import { HttpAdapter } from './http.ts';
import { serveMetrics } from '../platform/observability/metrics-endpoint.ts';
import { openLog } from '../platform/observability/log.ts';
import { NestLog } from '../platform/observability/nest-log.ts';
import { logRequests } from '../platform/observability/request-log.ts';
import { traceRequests } from '../platform/observability/request-trace.ts';
import { serveSchema } from './schema-download.ts';
import { tellLimits } from '../rules/rate-limits/told-limits.ts';
import { secure } from './security.ts';
import { Clock } from '../foundation/time/clock.ts';

/** The application on its database, not yet listening: for main.ts and for the tests alike. */
export async function createApplication(
  environment: Environment,
  databaseUrl: string,
  givenLog?: Logger,
): Promise<NestFastifyApplication> {
  const log = givenLog ?? (await openLog(environment));
  const adapter = new HttpAdapter(environment);
  logRequests(adapter.getInstance(), log, ({ sender, holder }) => holder.current.actorIfAny ?? sender);
  traceRequests(adapter.getInstance());
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(environment, databaseUrl), adapter, {
    logger: new NestLog(log),
    abortOnError: false,
  });
  const clock = app.get(Clock, { strict: false });
  adapter.holdRequests(() => clock.now());
  frontDoor(app);
  tellLimits(adapter.getInstance(), ({ holder }) => holder.current.origin); // behind what charges
  await secure(app, environment);
  if (environment.METRICS_TOKEN && environment.METRICS_PORT === undefined)
    serveMetrics(adapter.getInstance(), environment.METRICS_TOKEN);
  serveApiDocs(app, environment);
  serveSchema(app, environment);
  await app.init();
  return app;
}
