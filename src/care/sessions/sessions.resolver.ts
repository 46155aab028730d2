import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { AppointmentQueries } from '../appointments/appointment-queries.ts';
import type { Appointment } from '../appointments/appointment.entity.ts';
import { AppointmentType } from '../appointments/appointment.type.ts';
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
import { SessionQueries } from './session-queries.ts';
import type { Session } from './session.entity.ts';
import { CompleteAppointmentInput, SessionFilter } from './session.inputs.ts';
import { SessionConnection, SessionType } from './session.type.ts';
import { SessionsService } from './sessions.service.ts';

@Resolver(() => SessionType)
@Requires(Permission.READ_SESSION)
export class SessionsResolver {
  constructor(
    private readonly sessions: SessionsService,
    private readonly queries: SessionQueries,
    private readonly appointments: AppointmentQueries,
    private readonly patients: PatientsService,
    private readonly practitioners: PractitionersService,
    private readonly authorizations: AuthorizationQueries,
    private readonly serviceCodes: ServiceCodesService,
  ) {}

  @Query(() => SessionType)
  session(@Ctx() ctx: RequestContext, @Args('id', { type: () => ID }, UuidPipe) id: string): Promise<Session> {
    return this.queries.one(ctx, id);
  }

  @Query(() => SessionConnection, {
    name: 'sessions',
    description:
      'Oldest first by (startTime, id). What emergency access opens is listed and counted only under a filter by its patientId.',
  })
  listSessions(
    @Ctx() ctx: RequestContext,
    @OfRows() selection: Selection,
    @Args() page: PageArgs,
    @Args('filter', { nullable: true }) filter?: SessionFilter,
  ): Promise<Page<Session>> {
    return this.queries.list(ctx, filter ?? {}, page, selection);
  }

  @Mutation(() => SessionType, { description: 'Creates the session and consumes its units.' })
  @Requires(Permission.COMPLETE_APPOINTMENT)
  completeAppointment(@Ctx() ctx: RequestContext, @Args('input') input: CompleteAppointmentInput): Promise<Session> {
    return this.sessions.complete(ctx, input);
  }

  @Attachable()
  @ResolveField(() => AppointmentType)
  @Requires(Permission.READ_APPOINTMENT)
  appointment(
    @Ctx() ctx: RequestContext,
    @Parent() { organizationId, appointmentId: id }: Session,
  ): Promise<Appointment> {
    return required('appointment', id, this.appointments.load(ctx, { organizationId, id }));
  }

  @Attachable()
  @ResolveField(() => PatientType)
  @Requires(Permission.READ_PATIENT)
  patient(@Ctx() ctx: RequestContext, @Parent() { organizationId, patientId: id }: Session): Promise<Patient> {
    return required('patient', id, this.patients.load(ctx, { organizationId, id }));
  }

  @Attachable()
  @ResolveField(() => PractitionerType)
  @Requires(Permission.READ_PRACTITIONER)
  practitioner(
    @Ctx() ctx: RequestContext,
    @Parent() { organizationId, practitionerId: id }: Session,
  ): Promise<Practitioner> {
    return required('practitioner', id, this.practitioners.load(ctx, { organizationId, id }));
  }

  @Attachable()
  @ResolveField(() => AuthorizationType)
  @Requires(Permission.READ_AUTHORIZATION)
  authorization(
    @Ctx() ctx: RequestContext,
    @Parent() { organizationId, authorizationId: id }: Session,
  ): Promise<Authorization> {
    return required('authorization', id, this.authorizations.load(ctx, { organizationId, id }));
  }

  @Attachable()
  @ResolveField(() => ServiceCodeType)
  @Requires(Permission.READ_SERVICE_CODE)
  serviceCode(
    @Ctx() ctx: RequestContext,
    @Parent() { organizationId, serviceCodeId: id }: Session,
  ): Promise<ServiceCode> {
    return required('service code', id, this.serviceCodes.load(ctx, { organizationId, id }));
  }
}

/** Appointment.session, added from here: appointments/ knows nothing of sessions. */
@Resolver(() => AppointmentType)
@Requires(Permission.READ_SESSION)
export class AppointmentSessionResolver {
  constructor(private readonly queries: SessionQueries) {}

  @Attachable()
  @ResolveField(() => SessionType, {
    nullable: true,
    description: 'Null until completed, and, without an error, where the caller may not read the clinical record.',
  })
  session(@Ctx() ctx: RequestContext, @Parent() appointment: Appointment): Promise<Session | null> {
    return this.queries.ofAppointment(ctx, appointment);
  }
}
