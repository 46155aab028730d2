import { Global, Module } from '@nestjs/common';
import { ReadAhead } from './read-ahead.ts';
import { Tenancy } from './tenancy.ts';

@Global()
@Module({ providers: [ReadAhead, Tenancy], exports: [ReadAhead, Tenancy] })
export class AccessModule {}
