import { Global, Module } from '@nestjs/common';
import { AuditService } from './audit.service.ts';
import { DenialTrail } from './denial-trail.service.ts';

@Global()
@Module({ providers: [AuditService, DenialTrail], exports: [AuditService, DenialTrail] })
export class AuditModule {}
