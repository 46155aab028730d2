import { Module } from '@nestjs/common';
import { PatientsModule } from '../../people/patients/patients.module.ts';
import { AuditEventsResolver } from './audit-events.resolver.ts';
import { AuditQueries } from './audit-queries.ts';
import { AuditSealing } from './audit-sealing.service.ts';

/** The trail that audit/ writes: read and sealed here. */
@Module({ imports: [PatientsModule], providers: [AuditEventsResolver, AuditQueries, AuditSealing] })
export class AuditTrailModule {}
