import { Module } from '@nestjs/common';
import { Admission } from './admission.service.ts';
import { CallLimits } from './call-limits.service.ts';
import { DocumentBudget } from './document-budget.service.ts';
import { JunkTokens } from './junk-tokens.service.ts';
import { DoorLimits } from './door-limits.service.ts';
import { Points } from './points.service.ts';

@Module({
  providers: [Points, Admission, CallLimits, DocumentBudget, JunkTokens, DoorLimits],
  exports: [Points, Admission, CallLimits, DocumentBudget, JunkTokens, DoorLimits],
})
export class RateLimitsModule {}
