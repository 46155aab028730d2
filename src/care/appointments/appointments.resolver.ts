import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import type { Page } from '../../platform/graphql/lists/page.ts';
import { OfRows, type Selection } from '../../platform/graphql/lists/selection.ts';
import { UuidPipe } from '../../platform/graphql/inputs/uuid.pipe.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { AppointmentQueries } from './appointment-queries.ts';
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

const BOOKING = [
  ErrorCode.NOT_FOUND,
  ErrorCode.SCHEDULING_CONFLICT,
  ErrorCode.INSUFFICIENT_UNITS,
  ErrorCode.AUTHORIZATION_NOT_USABLE,
  ErrorCode.AUTHORIZATION_PATIENT_MISMATCH,
  ErrorCode.IDEMPOTENCY_KEY_REUSED,
];

@Resolver(() => AppointmentType)
@Requires(Permission.READ_APPOINTMENT)
export class AppointmentsResolver {
  constructor(
    private readonly booking: BookingService,
    private readonly appointments: AppointmentsService,
    private readonly queries: AppointmentQueries,
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
  @Refuses(...BOOKING)
  @Requires(Permission.BOOK_APPOINTMENT)
  createAppointment(@Ctx() ctx: RequestContext, @Args('input') input: CreateAppointmentInput): Promise<Appointment> {
    return this.booking.book(ctx, input);
  }

  @Mutation(() => AppointmentType, {
    description: 'Only while SCHEDULED. When it fails the old booking stands untouched.',
  })
  @Refuses(...BOOKING, ErrorCode.INVALID_STATUS_TRANSITION, ErrorCode.STALE_VERSION)
  @Requires(Permission.BOOK_APPOINTMENT)
  updateAppointment(@Ctx() ctx: RequestContext, @Args('input') input: UpdateAppointmentInput): Promise<Appointment> {
    return this.booking.change(ctx, input);
  }

  @Mutation(() => AppointmentType, { description: 'Releases all units that the appointment holds.' })
  @Refuses(
    ErrorCode.NOT_FOUND,
    ErrorCode.INVALID_STATUS_TRANSITION,
    ErrorCode.STALE_VERSION,
    ErrorCode.IDEMPOTENCY_KEY_REUSED,
  )
  @Requires(Permission.BOOK_APPOINTMENT)
  cancelAppointment(@Ctx() ctx: RequestContext, @Args('input') input: CancelAppointmentInput): Promise<Appointment> {
    return this.appointments.cancel(ctx, input);
  }

  @Mutation(() => AppointmentType, { description: 'At the earliest 60 minutes before its start time.' })
  @Refuses(ErrorCode.NOT_FOUND, ErrorCode.INVALID_STATUS_TRANSITION)
  @Requires(Permission.BOOK_APPOINTMENT)
  startAppointment(
    @Ctx() ctx: RequestContext,
    @Args('id', { type: () => ID }, UuidPipe) id: string,
  ): Promise<Appointment> {
    return this.appointments.start(ctx, id);
  }

  @Mutation(() => AppointmentType, { description: 'Only after its start time. Releases all units that it holds.' })
  @Refuses(ErrorCode.NOT_FOUND, ErrorCode.INVALID_STATUS_TRANSITION)
  @Requires(Permission.BOOK_APPOINTMENT)
  markNoShow(@Ctx() ctx: RequestContext, @Args('id', { type: () => ID }, UuidPipe) id: string): Promise<Appointment> {
    return this.appointments.markNoShow(ctx, id);
  }
}
