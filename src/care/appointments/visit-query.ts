import { ApiPropertyOptional } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { BadUserInput } from '../../foundation/errors/domain-error.ts';
import { NormalText } from '../../platform/graphql/inputs/input-class.ts';
import { DateScalar, DateTimeScalar } from '../../platform/graphql/inputs/scalars.ts';
import { IsId, Optional } from '../../platform/graphql/inputs/validation.ts';
import type { OrganizationsService } from '../../people/organizations/organizations.service.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { PageQuery } from '../../rules/rest/page-query.ts';
import { plusDays, startOfLocalDate } from '../../foundation/time/local-date.ts';

const A_DATE = /^\d{4}-\d{2}-\d{2}$/;
const ID = { format: 'uuid', required: false } as const;
const WHEN =
  'A date (YYYY-MM-DD) in the time zone of the organization, or an instant (ISO-8601 with an offset or Z). Visits that overlap the time between are listed.';

/** Several values, by commas or by naming the parameter again. */
export const Several = (): PropertyDecorator => NormalText((values) => [...new Set(values.split(','))]);

/** What REST lists of visits are asked by. */
export class VisitQuery extends PageQuery {
  @ApiPropertyOptional({ ...ID, description: 'For super admins, who otherwise see every organization.' })
  @Optional()
  @IsId()
  organizationId?: string;

  @ApiPropertyOptional(ID) @Optional() @IsId() patientId?: string;
  @ApiPropertyOptional(ID) @Optional() @IsId() practitionerId?: string;

  @ApiPropertyOptional({ description: `${WHEN} As a date: from its first moment on.` })
  @Optional()
  @Matches(/^\d/, { message: 'must be a date or an instant' })
  startDate?: string;

  @ApiPropertyOptional({ description: `${WHEN} As a date: to its end; as an instant: exclusive.` })
  @Optional()
  @Matches(/^\d/, { message: 'must be a date or an instant' })
  endDate?: string;
}

export interface Span {
  readonly from?: Date;
  readonly to?: Date;
}

/** A `+` that was not encoded comes as a space. */
const PLUS_LOST = /:\d{2}(\.\d+)? \d{2}:\d{2}$/;

/**
 * The instants that the query's dates mean.
 *
 * @throws BadUserInput no such date or instant; an end that is not behind the start; a super admin gives dates and no
 * organization, so no time zone
 */
export async function spanOf(
  ctx: RequestContext,
  organizations: OrganizationsService,
  { startDate, endDate, organizationId }: VisitQuery,
): Promise<Span> {
  const dates = Object.entries({ startDate, endDate }).filter(([, given]) => given !== undefined && A_DATE.test(given));
  const timeZone = dates.length
    ? await timeZoneOf(
        ctx,
        organizations,
        organizationId,
        dates.map(([name]) => name),
      )
    : 'UTC';
  const from = startDate === undefined ? undefined : instantOf('startDate', startDate, timeZone, 0);
  const to = endDate === undefined ? undefined : instantOf('endDate', endDate, timeZone, 1);
  if (from && to && to <= from)
    throw new BadUserInput({
      endDate: A_DATE.test(endDate as string) ? 'must not be before startDate' : 'must be after startDate',
    });
  return { ...(from && { from }), ...(to && { to }) };
}

async function timeZoneOf(
  ctx: RequestContext,
  organizations: OrganizationsService,
  named: string | undefined,
  dates: readonly string[],
): Promise<string> {
  const organizationId = named ?? ctx.organizationId;
  if (organizationId == null) {
    const said = 'a super admin gives an instant, or says in which organization the date is';
    throw new BadUserInput(Object.fromEntries(dates.map((name) => [name, said])));
  }
  return (await organizations.load(ctx, organizationId)).timeZone;
}

function instantOf(field: string, given: string, timeZone: string, days: number): Date {
  if (PLUS_LOST.test(given))
    throw new BadUserInput({
      [field]: 'has a space where the + of its offset was: send it as %2B, or the instant with Z',
    });
  try {
    return A_DATE.test(given)
      ? startOfLocalDate(plusDays(DateScalar.parseValue(given), days), timeZone)
      : DateTimeScalar.parseValue(given);
  } catch (error) {
    throw new BadUserInput({ [field]: (error as Error).message });
  }
}
