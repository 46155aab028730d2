import { Module } from '@nestjs/common';
import { AddressLimits } from './address-limits.service.ts';
import { CallLimits } from './call-limits.service.ts';
import { Points } from './points.service.ts';

@Module({
  providers: [Points, AddressLimits, CallLimits],
  exports: [Points, AddressLimits, CallLimits],
})
export class RateLimitsModule {}
