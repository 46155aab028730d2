import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { Environment } from '../platform/config/environment.ts';
import { openDatabase } from '../platform/database/open-database.ts';
import { AppModule } from './app.module.ts';

/** The application's services on its database, with no door to them: for a command, and closed after it. */
export async function withServices<T>(work: (services: INestApplicationContext) => Promise<T>): Promise<T> {
  const environment = Environment.read(process.env);
  const database = await openDatabase(environment);
  try {
    const services = await NestFactory.createApplicationContext(AppModule.with(environment, database.url), {
      logger: ['error', 'warn'],
      abortOnError: false,
    });
    try {
      return await work(services);
    } finally {
      await services.close();
    }
  } finally {
    await database.close();
  }
}
