import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AccessModule } from './access/access.module.ts';
import { OrganizationGuard } from './access/organization.guard.ts';
import { RoleGuard } from './access/role.guard.ts';
import { AppointmentsModule } from './appointments/appointments.module.ts';
import { AuditModule } from './audit/audit.module.ts';
import { AuditTrailModule } from './audit-trail/audit-trail.module.ts';
import { RefusalsFilter } from './audit/refusals.filter.ts';
import { AuthModule } from './auth/auth.module.ts';
import { AuthenticationGuard } from './auth/authentication.guard.ts';
import { AuthorizationsModule } from './authorizations/authorizations.module.ts';
import { ConfigModule } from './config/config.module.ts';
import { Environment } from './config/environment.ts';
import { DatabaseModule } from './database/database.module.ts';
import { DemoModule } from './demo/demo.module.ts';
import { EmergencyAccessModule } from './emergency-access/emergency-access.module.ts';
import { entities } from './entities.ts';
import { GraphQLModule } from './graphql/graphql.module.ts';
import { InputPipe } from './graphql/input.pipe.ts';
import { HealthModule } from './health/health.module.ts';
import { OrganizationsModule } from './organizations/organizations.module.ts';
import { PatientsModule } from './patients/patients.module.ts';
import { PlaygroundModule } from './playground/playground.module.ts';
import { PractitionersModule } from './practitioners/practitioners.module.ts';
import { SecondFactorModule } from './second-factor/second-factor.module.ts';
import { ServiceCodesModule } from './service-codes/service-codes.module.ts';
import { SessionsModule } from './sessions/sessions.module.ts';
import { UsersModule } from './users/users.module.ts';

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
