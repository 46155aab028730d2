import { Module } from '@nestjs/common';
import { Admission } from './admission.service.ts';
import { AddressLimits } from './address-limits.service.ts';
import { CallLimits } from './call-limits.service.ts';
import { DocumentBudget } from './document-budget.service.ts';
import { Points } from './points.service.ts';

@Module({
  providers: [Points, AddressLimits, Admission, CallLimits, DocumentBudget],
  exports: [Points, AddressLimits, Admission, CallLimits, DocumentBudget],
})
export class RateLimitsModule {}
