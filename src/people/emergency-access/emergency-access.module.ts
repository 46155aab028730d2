import { Module } from '@nestjs/common';
import { PatientsModule } from '../patients/patients.module.ts';
import { UsersModule } from '../users/users.module.ts';
import { EmergencyAccessResolver } from './emergency-access.resolver.ts';
import { EmergencyAccessService } from './emergency-access.service.ts';
import { EmergencyReading } from './emergency-reading.service.ts';
import { Granters } from './granters.service.ts';

/** Break-the-glass. Others get what it opens to the caller, and must record what they read by it. */
@Module({
  imports: [PatientsModule, UsersModule],
  providers: [EmergencyAccessResolver, EmergencyAccessService, EmergencyReading, Granters],
  exports: [EmergencyReading],
})
export class EmergencyAccessModule {}
