import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveApiDocs } from './api-docs.ts';
import { AppModule } from './app.module.ts';
import type { Environment } from './config/environment.ts';
import { HttpAdapter } from './http.ts';
import { secure } from './security.ts';
import { Clock } from './time/clock.ts';

/** The application on its database, not yet listening: for main.ts and for the tests alike. */
export async function createApplication(
  environment: Environment,
  databaseUrl: string,
): Promise<NestFastifyApplication> {
  const adapter = new HttpAdapter(environment);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(environment, databaseUrl), adapter, {
    logger: environment.NODE_ENV === 'test' ? ['error', 'fatal'] : ['warn', 'error', 'fatal'],
    abortOnError: false,
  });
  const clock = app.get(Clock, { strict: false });
  adapter.holdRequests(() => clock.now());
  await secure(app, environment);
  serveApiDocs(app);
  await app.init();
  return app;
}
