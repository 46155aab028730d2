import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { Permission } from '../../rules/access/permission.ts';
import { Several, spanOf, VisitQuery } from '../appointments/visit-query.ts';
import { BadUserInput } from '../../foundation/errors/domain-error.ts';
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
import { SessionQueries } from './session-queries.ts';
import { SessionStatus } from './session.entity.ts';
import { CompleteAppointmentInput } from './session.inputs.ts';
import { SESSION, SESSIONS, sessionView } from './session.view.ts';
import { SessionsResolver } from './sessions.resolver.ts';
import { SessionsService } from './sessions.service.ts';

type View = Record<string, unknown>;

class SessionsQuery extends VisitQuery {
  @ApiPropertyOptional({ enum: SessionStatus, isArray: true, description: 'One, or several by commas.' })
  @Optional()
  @Several()
  @IsIn(Object.values(SessionStatus), { each: true })
  status?: SessionStatus[];
}

/** REST beside the resolver: the same services, the same guards. */
@ApiTags('Sessions')
@Controller('api/sessions')
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly queries: SessionQueries,
    private readonly organizations: OrganizationsService,
  ) {}

  @Post()
  @Endpoint({
    permission: Permission.COMPLETE_APPOINTMENT,
    summary: 'Completes an appointment: creates the session and consumes the units of its actual minutes',
    body: body(CompleteAppointmentInput),
    idempotent: true,
    answers: SESSION,
    status: 201,
    errors: refusalsOf(SessionsResolver, 'completeAppointment'),
  })
  async complete(
    @Ctx() ctx: RequestContext,
    @Given(CompleteAppointmentInput) input: CompleteAppointmentInput,
  ): Promise<View> {
    return sessionView(await this.sessions.complete(ctx, input));
  }

  @Get()
  @Endpoint({
    permission: Permission.READ_SESSION,
    summary:
      'Lists sessions, oldest first by start time; what emergency access opens, only under the patientId that it is for',
    answers: SESSIONS,
    rowWeight: 101, // notes and metrics: see LongText in session.type.ts
    errors: [ErrorCode.NOT_FOUND],
  })
  list(@Ctx() ctx: RequestContext, @Query() query: SessionsQuery): Promise<ListBody<View>> {
    return this.page(ctx, query);
  }

  @Get(':id')
  @Endpoint({
    permission: Permission.READ_SESSION,
    summary: 'Reads a session',
    path: { id: 'session' },
    answers: SESSION,
  })
  async one(@Ctx() ctx: RequestContext, @Param('id', UuidPipe) id: string): Promise<View> {
    return sessionView(await this.queries.one(ctx, id));
  }

  @Get('patient/:patientId')
  @Endpoint({
    permission: Permission.READ_SESSION,
    summary: 'Lists the sessions of a patient',
    path: { patientId: 'patient' },
    answers: SESSIONS,
    rowWeight: 101, // notes and metrics: see LongText in session.type.ts
  })
  ofPatient(
    @Ctx() ctx: RequestContext,
    @Param('patientId', UuidPipe) patientId: string,
    @Query() query: SessionsQuery,
  ): Promise<ListBody<View>> {
    return this.page(ctx, query, { patientId });
  }

  @Get('practitioner/:practitionerId')
  @Endpoint({
    permission: Permission.LIST_PRACTITIONER_SESSIONS,
    summary: 'Lists the sessions of a practitioner; a practitioner lists their own',
    path: { practitionerId: 'practitioner' },
    answers: SESSIONS,
    rowWeight: 101, // notes and metrics: see LongText in session.type.ts
  })
  async ofPractitioner(
    @Ctx() ctx: RequestContext,
    @Param('practitionerId', UuidPipe) practitionerId: string,
    @Query() query: SessionsQuery,
  ): Promise<ListBody<View>> {
    await this.queries.requireOwnList(ctx, practitionerId);
    return this.page(ctx, query, { practitionerId });
  }

  private async page(
    ctx: RequestContext,
    query: SessionsQuery,
    path: { patientId?: string; practitionerId?: string } = {},
  ): Promise<ListBody<View>> {
    const { organizationId, patientId, practitionerId, status } = query;
    for (const [name, id] of Object.entries(path))
      if ((query[name as keyof typeof path] ?? id) !== id)
        throw new BadUserInput({ [name]: 'is another one in the path' });
    const span = await spanOf(ctx, this.organizations, query);
    const filter = { organizationId, patientId, practitionerId, status, ...path, ...span };
    return listBody(await this.queries.numbered(ctx, filter, query), query, sessionView);
  }
}
