import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AccessModule } from '../rules/access/access.module.ts';
import { OrganizationGuard } from '../rules/access/organization.guard.ts';
import { RoleGuard } from '../rules/access/role.guard.ts';
import { AppointmentsModule } from '../care/appointments/appointments.module.ts';
import { AuditModule } from '../rules/audit/audit.module.ts';
import { AuditTrailModule } from '../oversight/audit-trail/audit-trail.module.ts';
import { RefusalsFilter } from '../rules/audit/refusals.filter.ts';
import { AuthModule } from '../people/auth/auth.module.ts';
import { AuthenticationGuard } from '../people/auth/authentication.guard.ts';
import { AuthorizationsModule } from '../care/authorizations/authorizations.module.ts';
import { ConfigModule } from '../platform/config/config.module.ts';
import { Environment } from '../platform/config/environment.ts';
import { DatabaseModule } from '../platform/database/database.module.ts';
import { DemoModule } from './demo/demo.module.ts';
import { EmergencyAccessModule } from '../people/emergency-access/emergency-access.module.ts';
import { entities } from './entities.ts';
import { GraphQLModule } from '../platform/graphql/graphql.module.ts';
import { InputPipe } from '../platform/graphql/inputs/input.pipe.ts';
import { HealthModule } from './health/health.module.ts';
import { OrganizationsModule } from '../people/organizations/organizations.module.ts';
import { PatientsModule } from '../people/patients/patients.module.ts';
import { PlaygroundModule } from './playground/playground.module.ts';
import { PractitionersModule } from '../people/practitioners/practitioners.module.ts';
import { SecondFactorModule } from '../people/second-factor/second-factor.module.ts';
import { ServiceCodesModule } from '../care/service-codes/service-codes.module.ts';
import { SessionsModule } from '../care/sessions/sessions.module.ts';
import { UsersModule } from '../people/users/users.module.ts';

/** The roof. What every door asks stands here in order: who are you, which organization, may your role. */
@Module({})
export class AppModule {
  static with(environment: Environment, databaseUrl: string): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(environment),
        DatabaseModule.with({ url: databaseUrl, ...environment.pool }, entities),
        GraphQLModule,
        AccessModule,
        AuditModule,
        OrganizationsModule,
        PatientsModule,
        PractitionersModule,
        UsersModule,
        EmergencyAccessModule,
        SecondFactorModule,
        AuthModule,
        ServiceCodesModule,
        AuthorizationsModule,
        AppointmentsModule,
        SessionsModule,
        AuditTrailModule,
        DemoModule,
        PlaygroundModule,
        HealthModule,
      ],
      providers: [
        { provide: APP_GUARD, useExisting: AuthenticationGuard },
        { provide: APP_GUARD, useClass: OrganizationGuard },
        { provide: APP_GUARD, useClass: RoleGuard },
        { provide: APP_PIPE, useClass: InputPipe },
        { provide: APP_FILTER, useClass: RefusalsFilter },
      ],
    };
  }
}
