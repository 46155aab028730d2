import { Module } from '@nestjs/common';
import { AuthorizationsModule } from '../authorizations/authorizations.module.ts';
import { IdempotencyModule } from '../../rules/idempotency/idempotency.module.ts';
import { OrganizationsModule } from '../../people/organizations/organizations.module.ts';
import { PatientsModule } from '../../people/patients/patients.module.ts';
import { PractitionersModule } from '../../people/practitioners/practitioners.module.ts';
import { ServiceCodesModule } from '../service-codes/service-codes.module.ts';
import { Appointment } from './appointment.entity.ts';
import { AppointmentType } from './appointment.type.ts';
import { visitRelations } from './visit-relations.ts';
import { AppointmentQueries } from './appointment-queries.ts';
import { AppointmentsController } from './appointments.controller.ts';
import { AppointmentsResolver } from './appointments.resolver.ts';
import { AppointmentsService } from './appointments.service.ts';
import { BookingFactsService } from './booking-facts.service.ts';
import { BookingWriter } from './booking-writer.service.ts';
import { BookingService } from './booking.service.ts';
import { Calendar } from './calendar.ts';

/** Booked visits. */
@Module({
  imports: [
    AuthorizationsModule,
    IdempotencyModule,
    OrganizationsModule,
    PatientsModule,
    PractitionersModule,
    ServiceCodesModule,
  ],
  controllers: [AppointmentsController],
  providers: [
    AppointmentQueries,
    AppointmentsResolver,
    AppointmentsService,
    BookingFactsService,
    BookingService,
    BookingWriter,
    Calendar,
    ...visitRelations(AppointmentType, Appointment),
  ],
  exports: [AppointmentQueries, AppointmentsService, BookingService],
})
export class AppointmentsModule {}
