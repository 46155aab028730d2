import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import type { Appointment } from '../appointments/appointment.entity.ts';
import { AppointmentType } from '../appointments/appointment.type.ts';
import { Attachable } from '../../platform/graphql/lists/attached.ts';
import { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import type { Page } from '../../platform/graphql/lists/page.ts';
import { OfRows, type Selection } from '../../platform/graphql/lists/selection.ts';
import { UuidPipe } from '../../platform/graphql/inputs/uuid.pipe.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
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
  @Refuses(ErrorCode.NOT_FOUND, ErrorCode.INVALID_STATUS_TRANSITION, ErrorCode.IDEMPOTENCY_KEY_REUSED)
  @Requires(Permission.COMPLETE_APPOINTMENT)
  completeAppointment(@Ctx() ctx: RequestContext, @Args('input') input: CompleteAppointmentInput): Promise<Session> {
    return this.sessions.complete(ctx, input);
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
