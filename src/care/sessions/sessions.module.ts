import { Module } from '@nestjs/common';
import { AppointmentsModule } from '../appointments/appointments.module.ts';
import { AuthorizationsModule } from '../authorizations/authorizations.module.ts';
import { EmergencyAccessModule } from '../../people/emergency-access/emergency-access.module.ts';
import { IdempotencyModule } from '../../rules/idempotency/idempotency.module.ts';
import { OrganizationsModule } from '../../people/organizations/organizations.module.ts';
import { PatientsModule } from '../../people/patients/patients.module.ts';
import { PractitionersModule } from '../../people/practitioners/practitioners.module.ts';
import { ServiceCodesModule } from '../service-codes/service-codes.module.ts';
import { appointmentOf } from '../appointments/appointment.relation.ts';
import { visitRelations } from '../appointments/visit-relations.ts';
import { Session } from './session.entity.ts';
import { SessionType } from './session.type.ts';
import { SessionQueries } from './session-queries.ts';
import { AppointmentSessionResolver, SessionsResolver } from './sessions.resolver.ts';
import { SessionsController } from './sessions.controller.ts';
import { SessionsService } from './sessions.service.ts';

/** Delivered visits: the clinical record. */
@Module({
  imports: [
    AppointmentsModule,
    AuthorizationsModule,
    EmergencyAccessModule,
    IdempotencyModule,
    OrganizationsModule,
    PatientsModule,
    PractitionersModule,
    ServiceCodesModule,
  ],
  controllers: [SessionsController],
  providers: [
    AppointmentSessionResolver,
    SessionQueries,
    SessionsResolver,
    SessionsService,
    appointmentOf(SessionType, Session),
    ...visitRelations(SessionType, Session),
  ],
  exports: [SessionsService],
})
export class SessionsModule {}
