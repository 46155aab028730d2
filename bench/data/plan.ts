/** Who and what is in a database of the bench. Numbers count from 1; ids.ts makes ids of them. */

/** Of every organization: 97153 and 97155. */
export const CODES = 2;
export const PATIENTS_OF_PRACTITIONER = 8;
/** Of an organization with a past. */
export const USERS = 1;

/** The organization that the bench books in. */
export const BOOKING = {
  organization: 1,
  practitioners: 125,
  /** Each of a patient of its own, with more units than are ever asked. */
  authorizations: 1_000,
  users: 64,
} as const;

/** More such organizations, small: for what is not to meet the bookings in BOOKING. */
export const HOT = {
  organization: 2,
  practitioners: 64,
  authorizations: 64,
  users: 64,
} as const;

/** Organizations with a past: a practitioner's week has 40 appointments. */
export const CALENDARS = { first: 11, count: 50 } as const;

export const VISITS_OF_WEEK = 40;
/** Monday of the first week. */
export const FIRST_WEEK = '2024-01-01';

/** How long and how broad the past of each of CALENDARS is. */
export interface Calendar {
  readonly practitioners: number;
  readonly weeks: number;
}

/** @param appointments of all together, at least 10,000 */
export function calendarOf(appointments: number): Calendar {
  const weeksOfAll = Math.ceil(appointments / CALENDARS.count / VISITS_OF_WEEK);
  const practitioners = Math.max(1, Math.min(10, weeksOfAll));
  return { practitioners, weeks: Math.ceil(weeksOfAll / practitioners) };
}

export function appointmentsOf({ practitioners, weeks }: Calendar): number {
  return CALENDARS.count * practitioners * weeks * VISITS_OF_WEEK;
}
