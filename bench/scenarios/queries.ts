import { CALENDARS, FIRST_WEEK, USERS, type Calendar } from '../data/plan.ts';
import { idOf, Kind, organizationId } from '../ids.ts';
import type { Query } from '../load/job.ts';
import type { Given } from './same-answer.ts';
import { tokensOf } from '../tokens.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;
const VARIETY = 500;

const WEEK_TEXT = `query Week($filter: AppointmentFilter!) {
  appointments(filter: $filter) {
    nodes {
      id startTime endTime status unitsReserved location notes version
      patient { id firstName lastName dateOfBirth }
      practitioner { id firstName lastName }
      serviceCode { code }
      authorization {
        id authorizationNumber status startDate endDate totalUnits usedUnits reservedUnits availableUnits
        serviceCodes { code description }
      }
      session { id status startTime endTime unitsUsed unitsUnauthorized }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const PAGE_ROWS = 10;
export const PAGE_TEXT = `query Page($first: Int!, $after: String) {
  appointments(filter: { status: [COMPLETED] }, first: $first, after: $after) {
    nodes { id startTime endTime status unitsReserved durationMinutes location notes version createdAt updatedAt }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** A week of a practitioner, whoever it may be. */
export function weeks({ practitioners, weeks: count }: Calendar): Query {
  return queryOf(WEEK_TEXT, (organization) => ({
    filter: weekOf(organization, 1 + below(practitioners), below(count)),
  }));
}

/** The last one of them all, and what the floor calls it. */
export function oneWeek({ practitioners, weeks: count }: Calendar): [Query, Given] {
  const organization = CALENDARS.first + CALENDARS.count - 1;
  const filter = weekOf(organization, practitioners, count - 1);
  const { practitionerId: practitioner, ...times } = filter;
  const given = { organization: organizationId(organization), practitioner, ...times };
  return [{ text: WEEK_TEXT, requests: [{ variables: { filter }, token: tokenOf(organization) }] }, given];
}

function weekOf(
  organization: number,
  practitioner: number,
  week: number,
): Record<'practitionerId' | 'from' | 'to', string> {
  const from = Date.parse(FIRST_WEEK) + week * WEEK;
  return {
    practitionerId: idOf(Kind.PRACTITIONER, organization, practitioner),
    from: new Date(from).toISOString(),
    to: new Date(from + WEEK).toISOString(),
  };
}

/** One appointment. */
export function appointments({ practitioners, weeks: count }: Calendar): Query {
  return queryOf(
    'query One($id: ID!) { appointment(id: $id) { id startTime endTime status patient { id lastName } } }',
    (organization) => ({
      id: idOf(Kind.APPOINTMENT, organization, 1 + below(practitioners * count * 40)),
    }),
  );
}

/** The first page, or the one after each of these cursors, in as many organizations. */
export function pages(cursors: readonly (string | undefined)[]): Query {
  const requests = cursors.map((after, index) => ({
    variables: { first: PAGE_ROWS, after },
    token: tokenOf(CALENDARS.first + index),
  }));
  return { text: PAGE_TEXT, requests };
}

/** The same question of several users. */
export function plain(text: string, tokens: readonly string[]): Query {
  return { text, requests: tokens.map((token) => ({ variables: {}, token })) };
}

export function tokenOf(organization: number): string {
  return tokensOf(organization, USERS)[0]!;
}

function queryOf(text: string, variables: (organization: number) => object): Query {
  const tokens = Array.from({ length: CALENDARS.count }, (_, index) => tokenOf(CALENDARS.first + index));
  const requests = Array.from({ length: VARIETY }, () => {
    const index = below(CALENDARS.count);
    return { variables: variables(CALENDARS.first + index), token: tokens[index]! };
  });
  return { text, requests };
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit);
}
