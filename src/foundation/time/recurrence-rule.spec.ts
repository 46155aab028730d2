import { describe, expect, it } from '@jest/globals';
import { BadUserInput } from '../errors/domain-error.ts';
import { checkRecurrenceRule, LONGEST_RECURRENCE_RULE } from './recurrence-rule.ts';

describe('given a valid RFC 5545 RRULE', () => {
  it.each([
    'FREQ=DAILY',
    'RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR',
    'freq=weekly;byday=mo',
    'BYDAY=TU;FREQ=WEEKLY;INTERVAL=2;COUNT=10;WKST=SU',
    'FREQ=WEEKLY;UNTIL=20261231T235959Z',
    'FREQ=WEEKLY;UNTIL=20261231T235959',
    'FREQ=WEEKLY;UNTIL=20281231',
    'FREQ=DAILY;UNTIL=20280229',
    'FREQ=DAILY;UNTIL=20200101',
    'FREQ=DAILY;UNTIL=20161231T235960Z',
    'FREQ=MONTHLY;BYDAY=-1FR',
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
    'FREQ=MONTHLY;BYMONTHDAY=+1,-1,31,-31',
    'FREQ=YEARLY;BYWEEKNO=53,-53;BYDAY=MO',
    'FREQ=YEARLY;BYYEARDAY=1,-366,+366',
    'FREQ=YEARLY;BYMONTH=01,12;BYDAY=53MO,+1SU',
    'FREQ=DAILY;BYHOUR=0,23;BYMINUTE=0,59;BYSECOND=0,60',
    'FREQ=SECONDLY;INTERVAL=999999999',
  ])('when it is %s, then it passes', (rule) => {
    expect(() => checkRecurrenceRule(rule)).not.toThrow();
  });

  it('when it has 1000 characters, then it passes', () => {
    const rule = 'FREQ=DAILY;BYHOUR=10'.padEnd(LONGEST_RECURRENCE_RULE - 1, ',9') + '9';
    expect(rule).toHaveLength(1_000);
    expect(() => checkRecurrenceRule(rule.replace(/,99$/, ',09'))).not.toThrow();
  });
});

describe('given what is not an RFC 5545 RRULE', () => {
  it.each([
    ['nothing', ''],
    ['the prefix alone', 'RRULE:'],
    ['a sentence', 'every Monday'],
    ['no FREQ', 'INTERVAL=2;BYDAY=MO'],
    ['an unknown FREQ', 'FREQ=FORTNIGHTLY'],
    ['an empty FREQ', 'FREQ='],
    ['an unknown part', 'FREQ=DAILY;BYEASTER=1'],
    ['an x-part', 'FREQ=DAILY;X-COLOR=RED'],
    ['the calendar of RFC 7529', 'FREQ=MONTHLY;RSCALE=GREGORIAN'],
    ['the SKIP of RFC 7529', 'FREQ=MONTHLY;RSCALE=GREGORIAN;SKIP=FORWARD'],
    ['a part twice', 'FREQ=DAILY;COUNT=2;COUNT=2'],
    ['FREQ twice', 'FREQ=DAILY;freq=DAILY'],
    ['UNTIL with COUNT', 'FREQ=DAILY;UNTIL=20261231T000000Z;COUNT=2'],
    ['UNTIL as a date with COUNT', 'FREQ=DAILY;COUNT=2;UNTIL=20261231'],
    ['INTERVAL 0', 'FREQ=DAILY;INTERVAL=0'],
    ['INTERVAL below 0', 'FREQ=DAILY;INTERVAL=-1'],
    ['a broken INTERVAL', 'FREQ=DAILY;INTERVAL=1.5'],
    ['COUNT 0', 'FREQ=DAILY;COUNT=0'],
    ['UNTIL on February 30', 'FREQ=DAILY;UNTIL=20260230'],
    ['UNTIL in month 13', 'FREQ=DAILY;UNTIL=20261301T000000Z'],
    ['UNTIL at hour 24', 'FREQ=DAILY;UNTIL=20261231T240000Z'],
    ['UNTIL with hyphens', 'FREQ=DAILY;UNTIL=2026-12-31'],
    ['UNTIL as a date with Z', 'FREQ=DAILY;UNTIL=20261231Z'],
    ['BYSECOND 61', 'FREQ=DAILY;BYSECOND=61'],
    ['BYMINUTE 60', 'FREQ=DAILY;BYMINUTE=60'],
    ['BYHOUR 24', 'FREQ=DAILY;BYHOUR=24'],
    ['BYHOUR with a sign', 'FREQ=DAILY;BYHOUR=-1'],
    ['BYMONTH 0', 'FREQ=YEARLY;BYMONTH=0'],
    ['BYMONTH 13', 'FREQ=YEARLY;BYMONTH=13'],
    ['one good and one bad BYMONTH', 'FREQ=YEARLY;BYMONTH=1,13'],
    ['a leap month', 'FREQ=YEARLY;BYMONTH=5L'],
    ['BYMONTHDAY 32', 'FREQ=MONTHLY;BYMONTHDAY=32'],
    ['BYMONTHDAY 0', 'FREQ=MONTHLY;BYMONTHDAY=0'],
    ['BYYEARDAY 367', 'FREQ=YEARLY;BYYEARDAY=367'],
    ['BYWEEKNO 54', 'FREQ=YEARLY;BYWEEKNO=54'],
    ['BYSETPOS 0', 'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0'],
    ['BYSETPOS 367', 'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367'],
    ['BYSETPOS with nothing to choose from', 'FREQ=MONTHLY;BYSETPOS=1'],
    ['an unknown weekday', 'FREQ=WEEKLY;BYDAY=XX'],
    ['the zeroth Monday', 'FREQ=MONTHLY;BYDAY=0MO'],
    ['the 54th Monday', 'FREQ=YEARLY;BYDAY=54MO'],
    ['the first Monday of a week', 'FREQ=WEEKLY;BYDAY=1MO'],
    ['the first Monday of a week number', 'FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO'],
    ['BYWEEKNO in a month', 'FREQ=MONTHLY;BYWEEKNO=1'],
    ['BYYEARDAY in a month', 'FREQ=MONTHLY;BYYEARDAY=1'],
    ['BYMONTHDAY in a week', 'FREQ=WEEKLY;BYMONTHDAY=1'],
    ['an unknown WKST', 'FREQ=WEEKLY;WKST=XX'],
    ['an empty list', 'FREQ=WEEKLY;BYDAY='],
    ['an empty element', 'FREQ=WEEKLY;BYDAY=MO,,TU'],
    ['a semicolon at the end', 'FREQ=DAILY;'],
    ['a space', 'FREQ=DAILY; COUNT=2'],
    ['a line after it', 'FREQ=DAILY\n'],
    ['a second property', 'FREQ=DAILY\nRRULE:FREQ=WEEKLY'],
    ['a DTSTART', 'DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY'],
    ['an equals sign too many', 'FREQ=DAILY=WEEKLY'],
    ['the prefix twice', 'RRULE:RRULE:FREQ=DAILY'],
    ['1001 characters', 'FREQ=DAILY;BYHOUR=1'.padEnd(1_001, ',1')],
  ])('when it is %s, then it is BAD_USER_INPUT for recurrenceRule, and what was sent is not repeated', (_, rule) => {
    const refusal = refusalOf(rule);

    expect(refusal).toBeInstanceOf(BadUserInput);
    expect(Object.keys((refusal as BadUserInput).details.fields)).toEqual(['recurrenceRule']);
    expect((refusal as BadUserInput).message).not.toMatch(/FORTNIGHTLY|EASTER|COLOR|Monday|XX/);
  });
});

function refusalOf(rule: string): unknown {
  try {
    checkRecurrenceRule(rule);
    return undefined;
  } catch (error) {
    return error;
  }
}
