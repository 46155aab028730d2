import { Module } from '@nestjs/common';
import { PatientsModule } from '../patients/patients.module.ts';
import { AuditEventsResolver } from './audit-events.resolver.ts';
import { AuditQueries } from './audit-queries.ts';

/** The trail that audit/ writes: read here. */
@Module({ imports: [PatientsModule], providers: [AuditEventsResolver, AuditQueries] })
export class AuditTrailModule {}
