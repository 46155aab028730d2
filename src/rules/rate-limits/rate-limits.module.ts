import { Module } from '@nestjs/common';
import { CallLimits } from './call-limits.service.ts';
import { DoorLimits } from './door-limits.service.ts';
import { Points } from './points.service.ts';

@Module({
  providers: [Points, DoorLimits, CallLimits],
  exports: [Points, DoorLimits, CallLimits],
})
export class RateLimitsModule {}
