import { Module } from '@nestjs/common';
import { AppointmentsModule } from '../appointments/appointments.module.ts';
import { AuthorizationsModule } from '../authorizations/authorizations.module.ts';
import { OrganizationsModule } from '../organizations/organizations.module.ts';
import { PatientsModule } from '../patients/patients.module.ts';
import { PractitionersModule } from '../practitioners/practitioners.module.ts';
import { ServiceCodesModule } from '../service-codes/service-codes.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { UsersModule } from '../users/users.module.ts';
import { DemoPeopleService } from './demo-people.service.ts';
import { DemoVisitsService } from './demo-visits.service.ts';
import { DemoService } from './demo.service.ts';

/** Sample organizations and logins for whoever tries this out. */
@Module({
  imports: [
    AppointmentsModule,
    AuthorizationsModule,
    OrganizationsModule,
    PatientsModule,
    PractitionersModule,
    ServiceCodesModule,
    SessionsModule,
    UsersModule,
  ],
  providers: [DemoPeopleService, DemoService, DemoVisitsService],
  exports: [DemoService],
})
export class DemoModule {}
