import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.ts';
import { Readiness } from './readiness.service.ts';

/** Is it alive, is it ready: for those who start, stop and balance the processes. */
@Module({ controllers: [HealthController], providers: [Readiness] })
export class HealthModule {}
