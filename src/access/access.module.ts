import { Global, Module } from '@nestjs/common';
import { Tenancy } from './tenancy.ts';

@Global()
@Module({ providers: [Tenancy], exports: [Tenancy] })
export class AccessModule {}
