import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.ts';
import type { Environment } from './config/environment.ts';
import { HttpAdapter } from './http.ts';

/** The application on its database, not yet listening: for main.ts and for the tests alike. */
export async function createApplication(
  environment: Environment,
  databaseUrl: string,
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(environment, databaseUrl),
    new HttpAdapter(environment),
    {
      logger: environment.NODE_ENV === 'test' ? ['error', 'fatal'] : ['warn', 'error', 'fatal'],
      abortOnError: false,
    },
  );
  await app.init();
  return app;
}
