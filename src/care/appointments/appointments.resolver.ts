import { Args, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { AuthorizationQueries } from '../authorizations/authorization-queries.ts';
import type { Authorization } from '../authorizations/authorization.entity.ts';
import { AuthorizationType } from '../authorizations/authorization.type.ts';
import { Attachable } from '../../platform/graphql/lists/attached.ts';
import { required } from '../../platform/graphql/lists/loaders.ts';
import { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import type { Page } from '../../platform/graphql/lists/page.ts';
import { OfRows, type Selection } from '../../platform/graphql/lists/selection.ts';
import { UuidPipe } from '../../platform/graphql/inputs/uuid.pipe.ts';
import type { Patient } from '../../people/patients/patient.entity.ts';
import { PatientType } from '../../people/patients/patient.type.ts';
import { PatientsService } from '../../people/patients/patients.service.ts';
import type { Practitioner } from '../../people/practitioners/practitioner.entity.ts';
import { PractitionerType } from '../../people/practitioners/practitioner.type.ts';
import { PractitionersService } from '../../people/practitioners/practitioners.service.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { ServiceCode } from '../service-codes/service-code.entity.ts';
import { ServiceCodeType } from '../service-codes/service-code.type.ts';
import { ServiceCodesService } from '../service-codes/service-codes.service.ts';
import { AppointmentQueries, durationOf } from './appointment-queries.ts';
import type { Appointment } from './appointment.entity.ts';
import {
  AppointmentFilter,
  CancelAppointmentInput,
  CreateAppointmentInput,
  UpdateAppointmentInput,
} from './appointment.inputs.ts';
import { AppointmentConnection, AppointmentType } from './appointment.type.ts';
import { AppointmentsService } from './appointments.service.ts';
import { BookingService } from './booking.service.ts';

@Resolver(() => AppointmentType)
@Requires(Permission.READ_APPOINTMENT)
export class AppointmentsResolver {
  constructor(
    private readonly booking: BookingService,
    private readonly appointments: AppointmentsService,
    private readonly queries: AppointmentQueries,
    private readonly patients: PatientsService,
    private readonly practitioners: PractitionersService,
    private readonly authorizations: AuthorizationQueries,
    private readonly serviceCodes: ServiceCodesService,
  ) {}

  @Query(() => AppointmentType)
  appointment(@Ctx() ctx: RequestContext, @Args('id', { type: () => ID }, UuidPipe) id: string): Promise<Appointment> {
    return this.queries.one(ctx, id);
  }

  @Query(() => AppointmentConnection, { name: 'appointments', description: 'Oldest first by (startTime, id).' })
  listAppointments(
    @Ctx() ctx: RequestContext,
    @OfRows() selection: Selection,
    @Args() page: PageArgs,
    @Args('filter', { nullable: true }) filter?: AppointmentFilter,
  ): Promise<Page<Appointment>> {
    return this.queries.list(ctx, filter ?? {}, page, selection);
  }

  @Mutation(() => AppointmentType, {
    description: 'Books a visit and reserves its units, in one transaction or not at all.',
  })
  @Requires(Permission.BOOK_APPOINTMENT)
  createAppointment(@Ctx() ctx: RequestContext, @Args('input') input: CreateAppointmentInput): Promise<Appointment> {
    return this.booking.book(ctx, input);
  }

  @Mutation(() => AppointmentType, {
    description: 'Only while SCHEDULED. When it fails the old booking stands untouched.',
  })
  @Requires(Permission.BOOK_APPOINTMENT)
  updateAppointment(@Ctx() ctx: RequestContext, @Args('input') input: UpdateAppointmentInput): Promise<Appointment> {
    return this.booking.change(ctx, input);
  }

  @Mutation(() => AppointmentType, { description: 'Releases all units that the appointment holds.' })
  @Requires(Permission.BOOK_APPOINTMENT)
  cancelAppointment(@Ctx() ctx: RequestContext, @Args('input') input: CancelAppointmentInput): Promise<Appointment> {
    return this.appointments.cancel(ctx, input);
  }

  @Mutation(() => AppointmentType, { description: 'At the earliest 60 minutes before its start time.' })
  @Requires(Permission.BOOK_APPOINTMENT)
  startAppointment(
    @Ctx() ctx: RequestContext,
    @Args('id', { type: () => ID }, UuidPipe) id: string,
  ): Promise<Appointment> {
    return this.appointments.start(ctx, id);
  }

  @Mutation(() => AppointmentType, { description: 'Only after its start time. Releases all units that it holds.' })
  @Requires(Permission.BOOK_APPOINTMENT)
  markNoShow(@Ctx() ctx: RequestContext, @Args('id', { type: () => ID }, UuidPipe) id: string): Promise<Appointment> {
    return this.appointments.markNoShow(ctx, id);
  }

  @Attachable()
  @ResolveField(() => Int, { description: 'Whole elapsed minutes from startTime to endTime.' })
  durationMinutes(@Parent() appointment: Appointment): number {
    return durationOf(appointment);
  }

  @Attachable()
  @ResolveField(() => PatientType)
  @Requires(Permission.READ_PATIENT)
  patient(@Ctx() ctx: RequestContext, @Parent() { organizationId, patientId: id }: Appointment): Promise<Patient> {
    return required('patient', id, this.patients.load(ctx, { organizationId, id }));
  }

  @Attachable()
  @ResolveField(() => PractitionerType)
  @Requires(Permission.READ_PRACTITIONER)
  practitioner(
    @Ctx() ctx: RequestContext,
    @Parent() { organizationId, practitionerId: id }: Appointment,
  ): Promise<Practitioner> {
    return required('practitioner', id, this.practitioners.load(ctx, { organizationId, id }));
  }

  @Attachable()
  @ResolveField(() => AuthorizationType)
  @Requires(Permission.READ_AUTHORIZATION)
  authorization(
    @Ctx() ctx: RequestContext,
    @Parent() { organizationId, authorizationId: id }: Appointment,
  ): Promise<Authorization> {
    return required('authorization', id, this.authorizations.load(ctx, { organizationId, id }));
  }

  @Attachable()
  @ResolveField(() => ServiceCodeType)
  @Requires(Permission.READ_SERVICE_CODE)
  serviceCode(
    @Ctx() ctx: RequestContext,
    @Parent() { organizationId, serviceCodeId: id }: Appointment,
  ): Promise<ServiceCode> {
    return required('service code', id, this.serviceCodes.load(ctx, { organizationId, id }));
  }
}
