import { Global, Module } from '@nestjs/common';
import { IdentityGuard } from './identity.guard.ts';
import { ReadAhead } from './read-ahead.ts';
import { Tenancy } from './tenancy.ts';

@Global()
@Module({ providers: [IdentityGuard, ReadAhead, Tenancy], exports: [IdentityGuard, ReadAhead, Tenancy] })
export class AccessModule {}
