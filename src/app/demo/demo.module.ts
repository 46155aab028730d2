import { Module } from '@nestjs/common';
import { AppointmentsModule } from '../../care/appointments/appointments.module.ts';
import { AuthorizationsModule } from '../../care/authorizations/authorizations.module.ts';
import { OrganizationsModule } from '../../people/organizations/organizations.module.ts';
import { PatientsModule } from '../../people/patients/patients.module.ts';
import { PractitionersModule } from '../../people/practitioners/practitioners.module.ts';
import { ServiceCodesModule } from '../../care/service-codes/service-codes.module.ts';
import { SessionsModule } from '../../care/sessions/sessions.module.ts';
import { UsersModule } from '../../people/users/users.module.ts';
import { DemoAccounts } from './demo-accounts.service.ts';
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
  providers: [DemoAccounts, DemoPeopleService, DemoService, DemoVisitsService],
  exports: [DemoAccounts, DemoService],
})
export class DemoModule {}
