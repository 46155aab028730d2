import { RRuleTemporal } from 'rrule-temporal';
import { BadUserInput } from '../errors/domain-error.ts';

export const LONGEST_RECURRENCE_RULE = 1_000;

type Check = (value: string) => boolean;

const WEEKDAY = '(SU|MO|TU|WE|TH|FR|SA)';

/** The parts of RFC 5545, 3.3.10, and what each may hold. */
const PARTS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['FREQ', matches(/^(SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)$/)],
  ['UNTIL', matches(/^\d{8}(T([01]\d|2[0-3])[0-5]\d([0-5]\d|60)Z?)?$/)],
  ['COUNT', number(1, 999_999_999)],
  ['INTERVAL', number(1, 999_999_999)],
  ['BYSECOND', list(number(0, 60))],
  ['BYMINUTE', list(number(0, 59))],
  ['BYHOUR', list(number(0, 23))],
  ['BYDAY', list(isWeekdayWithOrdinal)],
  ['BYMONTHDAY', list(signed(31))],
  ['BYYEARDAY', list(signed(366))],
  ['BYWEEKNO', list(signed(53))],
  ['BYMONTH', list(number(1, 12))],
  ['BYSETPOS', list(signed(366))],
  ['WKST', matches(new RegExp(`^${WEEKDAY}$`))],
]);

/**
 * Checks an RFC 5545 RRULE value, with or without `RRULE:` before it. It is a value on its own: UNTIL may be a date, a
 * local time or a UTC time, since which of them fits is a matter of the DTSTART that it will meet.
 *
 * rrule-temporal knows the calendar, and which parts must and may stand together; it overlooks parts it does not know,
 * parts given twice and values out of range, so these are looked at here. Messages never repeat the text that was sent.
 *
 * @throws BadUserInput for the field recurrenceRule
 */
export function checkRecurrenceRule(rule: string): void {
  if (rule.length > LONGEST_RECURRENCE_RULE) refuse(`must have at most ${LONGEST_RECURRENCE_RULE} characters`);
  const value = rule.toUpperCase().replace(/^RRULE:/, '');
  const parts = partsOf(value);
  try {
    new RRuleTemporal({ rruleString: `${dtstartFor(parts.get('UNTIL'))}\nRRULE:${value}`, strict: true });
  } catch (error) {
    refuse(error instanceof Error ? error.message : 'is not a valid RFC 5545 RRULE');
  }
}

function partsOf(value: string): Map<string, string> {
  const parts = new Map<string, string>();
  for (const part of value.split(';')) {
    const [, name = '', content = ''] = /^([A-Z]+)=(.+)$/.exec(part) ?? [];
    const isValid = PARTS.get(name);
    if (!isValid) return refuse('must be parts of RFC 5545, NAME=value, with semicolons between them');
    if (parts.has(name)) refuse(`${name} is given twice`);
    if (!isValid(content)) refuse(`${name} has a value that RFC 5545 does not allow`);
    parts.set(name, content);
  }
  return parts;
}

/** A start of the type that UNTIL asks for. */
function dtstartFor(until = ''): string {
  if (/^\d{8}$/.test(until)) return 'DTSTART;VALUE=DATE:20260101';
  return until.endsWith('Z') ? 'DTSTART:20260101T000000Z' : 'DTSTART:20260101T000000';
}

function refuse(why: string): never {
  throw new BadUserInput({ recurrenceRule: why });
}

function matches(pattern: RegExp): Check {
  return (value) => pattern.test(value);
}

function list(each: Check): Check {
  return (value) => value.split(',').every(each);
}

/** Digits alone, no more than the largest number has. */
function number(least: number, most: number): Check {
  const digits = new RegExp(`^\\d{1,${String(most).length}}$`);
  return (value) => digits.test(value) && Number(value) >= least && Number(value) <= most;
}

/** 1 to `most`, from the front or, below zero, from the end. */
function signed(most: number): Check {
  const isNumber = number(1, most);
  return (value) => isNumber(value.replace(/^[+-]/, ''));
}

function isWeekdayWithOrdinal(value: string): boolean {
  const [, ordinal] = new RegExp(`^(.*)${WEEKDAY}$`).exec(value) ?? [];
  return ordinal === '' || (ordinal !== undefined && signed(53)(ordinal));
}
