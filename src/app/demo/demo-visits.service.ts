import { Injectable } from '@nestjs/common';
import { ServiceLocation, type Appointment } from '../../care/appointments/appointment.entity.ts';
import { AppointmentStatus } from '../../care/appointments/appointment-status.ts';
import { AppointmentsService } from '../../care/appointments/appointments.service.ts';
import { BookingService } from '../../care/appointments/booking.service.ts';
import { AuthorizationQueries } from '../../care/authorizations/authorization-queries.ts';
import { AuthorizationsService } from '../../care/authorizations/authorizations.service.ts';
import { RequestContext } from '../../foundation/request-context/request-context.ts';
import { SessionsService } from '../../care/sessions/sessions.service.ts';
import { instantAt, type LocalDate } from '../../foundation/time/local-date.ts';
import { MINUTE } from '../../foundation/time/time-window.ts';
import type { DemoPeople } from './demo-people.service.ts';
import { plannedAuthorizations, plannedVisits, type PlannedVisit } from './demo-plan.ts';
import type { DemoPractice } from './demo-practices.ts';

/** The practice in which visits are planned around a date. */
export interface DemoSchedule {
  readonly practice: DemoPractice;
  readonly people: DemoPeople;
  readonly today: LocalDate;
}

const DAY = 24 * 60 * MINUTE;

/** The authorizations and visits of a sample practice. Each step is taken once, however often it is asked for. */
@Injectable()
export class DemoVisitsService {
  constructor(
    private readonly authorizations: AuthorizationsService,
    private readonly authorizationQueries: AuthorizationQueries,
    private readonly booking: BookingService,
    private readonly appointments: AppointmentsService,
    private readonly sessions: SessionsService,
  ) {}

  async fill(ctx: RequestContext, schedule: DemoSchedule): Promise<void> {
    const authorizations = await this.addAuthorizations(ctx, schedule);
    for (const [index, visit] of plannedVisits(schedule.today).entries()) {
      const authorizationId = authorizations.get(visit.authorization) ?? '';
      const startTime = instantAt(visit.date, visit.time, schedule.practice.timeZone);
      const dayBefore = at(ctx, startTime.getTime() - DAY);
      const appointment = await this.booking.book(dayBefore, {
        patientId: schedule.people.patients[visit.patient] ?? '',
        practitionerId: schedule.people.practitioners[visit.practitioner] ?? '',
        authorizationId,
        serviceCode: visit.serviceCode,
        startTime,
        endTime: new Date(startTime.getTime() + visit.minutes * MINUTE),
        location: visit.practitioner === 1 ? ServiceLocation.HOME : ServiceLocation.CLINIC,
        idempotencyKey: `demo-${index}`,
      });
      // a step that was taken before an interruption is not taken again
      if (appointment.status === AppointmentStatus.SCHEDULED) await this.settle(ctx, appointment, visit);
    }
  }

  /** Ids by the plan's keys. */
  private async addAuthorizations(ctx: RequestContext, schedule: DemoSchedule): Promise<Map<string, string>> {
    const { practice, people, today } = schedule;
    const known = (await this.authorizationQueries.list(ctx, {}, { first: 200 })).nodes;
    const ids = new Map<string, string>();
    for (const { key, patient, serviceCodes, cancelledBecause, ...planned } of plannedAuthorizations(today)) {
      const authorizationNumber = `${practice.prefix}-${key}`;
      const patientId = people.patients[patient] ?? '';
      const input = { ...planned, patientId, authorizationNumber, serviceCodes: [...serviceCodes] };
      const there = known.find((each) => each.authorizationNumber === authorizationNumber);
      const { id, cancelledAt } =
        there ?? (await this.authorizations.create(ctx, { ...input, payerName: 'Example Health Plan' }));
      if (cancelledBecause && !cancelledAt) await this.authorizations.cancel(ctx, id, cancelledBecause);
      ids.set(key, id);
    }
    return ids;
  }

  /** What became of a visit, at the time when it did. */
  private async settle(ctx: RequestContext, { id, startTime }: Appointment, { outcome }: PlannedVisit): Promise<void> {
    if (outcome === undefined) return;
    if (outcome === 'cancelled') {
      await this.appointments.cancel(at(ctx, startTime.getTime() - DAY / 2), { id, reason: 'The family is away.' });
    } else if (outcome === 'begun') {
      await this.appointments.start(at(ctx, startTime.getTime()), id);
    } else if (outcome === 'no-show') {
      await this.appointments.markNoShow(at(ctx, startTime.getTime() + 30 * MINUTE), id);
    } else {
      const end = startTime.getTime() + outcome.minutes * MINUTE;
      await this.sessions.complete(at(ctx, end + 10 * MINUTE), {
        appointmentId: id,
        actualEndTime: new Date(end),
        narrativeNotes: 'Sample note: worked on the goals of the plan.',
        metrics: { goalsWorkedOn: 3 },
      });
    }
  }
}

/** The same actor at another time. */
function at(ctx: RequestContext, time: number): RequestContext {
  return RequestContext.anonymous(ctx.origin, () => new Date(time)).as(ctx.actor);
}
