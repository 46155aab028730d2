import { Controller, Get, Param, Post, Put, Query } from '@nestjs/common';
import { ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { Permission } from '../../rules/access/permission.ts';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { refusalsOf } from '../../platform/graphql/edge/refuses.decorator.ts';
import { Optional } from '../../platform/graphql/inputs/validation.ts';
import { UuidPipe } from '../../platform/graphql/inputs/uuid.pipe.ts';
import { OrganizationsService } from '../../people/organizations/organizations.service.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { Endpoint } from '../../rules/rest/endpoint.decorator.ts';
import { Given } from '../../rules/rest/given.decorator.ts';
import { listBody, type ListBody } from '../../rules/rest/page-query.ts';
import { body } from '../../rules/rest/schemas.ts';
import { AppointmentQueries } from './appointment-queries.ts';
import { AppointmentStatus } from './appointment-status.ts';
import { CancelAppointmentInput, CreateAppointmentInput, UpdateAppointmentInput } from './appointment.inputs.ts';
import { APPOINTMENT, APPOINTMENTS, appointmentView } from './appointment.view.ts';
import { AppointmentsResolver } from './appointments.resolver.ts';
import { AppointmentsService } from './appointments.service.ts';
import { BookingService } from './booking.service.ts';
import { Several, spanOf, VisitQuery } from './visit-query.ts';

type View = Record<string, unknown>;

class AppointmentsQuery extends VisitQuery {
  @ApiPropertyOptional({ enum: AppointmentStatus, isArray: true, description: 'One, or several by commas.' })
  @Optional()
  @Several()
  @IsIn(Object.values(AppointmentStatus), { each: true })
  status?: AppointmentStatus[];
}

const PATH = { id: 'appointment' };

/** REST beside the resolver: the same services, the same guards. */
@ApiTags('Appointments')
@Controller('api/appointments')
export class AppointmentsController {
  constructor(
    private readonly booking: BookingService,
    private readonly appointments: AppointmentsService,
    private readonly queries: AppointmentQueries,
    private readonly organizations: OrganizationsService,
  ) {}

  @Post()
  @Endpoint({
    permission: Permission.BOOK_APPOINTMENT,
    summary: 'Books a visit and reserves its units, in one transaction or not at all',
    body: body(CreateAppointmentInput),
    idempotent: true,
    answers: APPOINTMENT,
    status: 201,
    errors: refusalsOf(AppointmentsResolver, 'createAppointment'),
  })
  async book(@Ctx() ctx: RequestContext, @Given(CreateAppointmentInput) input: CreateAppointmentInput): Promise<View> {
    return appointmentView(await this.booking.book(ctx, input));
  }

  @Get()
  @Endpoint({
    permission: Permission.READ_APPOINTMENT,
    summary: 'Lists appointments, oldest first by start time',
    answers: APPOINTMENTS,
    rowWeight: 6, // with its notes
    errors: [ErrorCode.NOT_FOUND],
  })
  async list(@Ctx() ctx: RequestContext, @Query() query: AppointmentsQuery): Promise<ListBody<View>> {
    const span = await spanOf(ctx, this.organizations, query);
    return listBody(await this.queries.numbered(ctx, { ...filterOf(query), ...span }, query), query, appointmentView);
  }

  @Get(':id')
  @Endpoint({
    permission: Permission.READ_APPOINTMENT,
    summary: 'Reads an appointment',
    path: PATH,
    answers: APPOINTMENT,
  })
  async one(@Ctx() ctx: RequestContext, @Param('id', UuidPipe) id: string): Promise<View> {
    return appointmentView(await this.queries.one(ctx, id));
  }

  @Put(':id')
  @Endpoint({
    permission: Permission.BOOK_APPOINTMENT,
    summary: 'Changes an appointment that is still SCHEDULED',
    description: 'When it is refused, the old booking stands untouched.',
    path: PATH,
    body: body(UpdateAppointmentInput, ['id']),
    idempotent: true,
    answers: APPOINTMENT,
    errors: refusalsOf(AppointmentsResolver, 'updateAppointment'),
  })
  async change(
    @Ctx() ctx: RequestContext,
    @Given(UpdateAppointmentInput) input: UpdateAppointmentInput,
  ): Promise<View> {
    return appointmentView(await this.booking.change(ctx, input));
  }

  @Post(':id/cancel')
  @Endpoint({
    permission: Permission.BOOK_APPOINTMENT,
    summary: 'Cancels an appointment and releases all units that it holds',
    path: PATH,
    body: body(CancelAppointmentInput, ['id']),
    bodyOptional: true,
    idempotent: true,
    answers: APPOINTMENT,
    errors: refusalsOf(AppointmentsResolver, 'cancelAppointment'),
  })
  async cancel(
    @Ctx() ctx: RequestContext,
    @Given(CancelAppointmentInput) input: CancelAppointmentInput,
  ): Promise<View> {
    return appointmentView(await this.appointments.cancel(ctx, input));
  }

  @Post(':id/start')
  @Endpoint({
    permission: Permission.BOOK_APPOINTMENT,
    summary: 'Starts an appointment, at the earliest 60 minutes before its start time',
    path: PATH,
    bodiless: true,
    answers: APPOINTMENT,
    errors: refusalsOf(AppointmentsResolver, 'startAppointment'),
  })
  async start(@Ctx() ctx: RequestContext, @Param('id', UuidPipe) id: string): Promise<View> {
    return appointmentView(await this.appointments.start(ctx, id));
  }

  @Post(':id/no-show')
  @Endpoint({
    permission: Permission.BOOK_APPOINTMENT,
    summary: 'Tells that the patient did not come, after the start time; releases all units that it holds',
    path: PATH,
    bodiless: true,
    answers: APPOINTMENT,
    errors: refusalsOf(AppointmentsResolver, 'markNoShow'),
  })
  async noShow(@Ctx() ctx: RequestContext, @Param('id', UuidPipe) id: string): Promise<View> {
    return appointmentView(await this.appointments.markNoShow(ctx, id));
  }
}

function filterOf({ organizationId, patientId, practitionerId, status }: AppointmentsQuery): object {
  return { organizationId, patientId, practitionerId, status };
}
