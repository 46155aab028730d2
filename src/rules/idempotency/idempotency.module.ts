import { Module } from '@nestjs/common';
import { Idempotency } from './idempotency.service.ts';

@Module({ providers: [Idempotency], exports: [Idempotency] })
export class IdempotencyModule {}
