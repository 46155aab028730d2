import { Module, type DynamicModule } from '@nestjs/common';
import { Environment } from './environment.ts';
import { JwtSecret } from './jwt-secret.ts';

/** Gives every module the one Environment that the process was started with, and its secret. */
@Module({})
export class ConfigModule {
  static with(environment: Environment): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: Environment, useValue: environment }, JwtSecret],
      exports: [Environment, JwtSecret],
    };
  }
}
