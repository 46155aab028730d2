import { describe, expect, it } from '@jest/globals';
import { Temporal } from 'temporal-polyfill';
import { instantAt, localDate, plusDays, startOfLocalDate, timeZoneNamed } from './local-date.ts';

const NEW_YORK = 'America/New_York';

describe('given an instant', () => {
  it.each([
    ['23:00 in New York, the next day in UTC', '2026-04-01T03:00:00Z', NEW_YORK, '2026-03-31'],
    ['a millisecond before midnight', '2026-04-01T03:59:59.999Z', NEW_YORK, '2026-03-31'],
    ['midnight', '2026-04-01T04:00:00Z', NEW_YORK, '2026-04-01'],
    ['the next day in Tokyo', '2026-03-31T15:00:00Z', 'Asia/Tokyo', '2026-04-01'],
    ['UTC', '2026-03-31T23:59:59Z', 'UTC', '2026-03-31'],
  ])('when it is %s, then its date is that of the wall calendar', (_, instant, zone, date) => {
    expect(localDate(new Date(instant), zone)).toBe(date);
  });

  it.each([
    NEW_YORK,
    'UTC',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'America/Santiago',
    'Pacific/Apia',
    'Africa/Monrovia',
  ])('when it is any of 80 years in %s, then its date is the one that Temporal tells', (zone) => {
    const step = 5 * 25 * 3_600_000 + 1_234; // so that the hour and the day of the year move on
    const instants = Array.from({ length: 5_600 }, (_, nth) => Date.UTC(1960, 0, 1) + nth * step);
    const told = instants.map((at) =>
      Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString(),
    );
    expect(instants.map((at) => localDate(new Date(at), zone))).toEqual(told);
  });
});

describe('given a local date', () => {
  it.each([
    ['in winter', '2026-01-15', NEW_YORK, '2026-01-15T05:00:00.000Z'],
    ['in summer', '2026-07-15', NEW_YORK, '2026-07-15T04:00:00.000Z'],
    ['whose clocks skip midnight', '2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
  ])('when it is one %s, then it starts at its first instant', (_, date, zone, instant) => {
    expect(startOfLocalDate(date, zone).toISOString()).toBe(instant);
  });

  it.each([
    ['2026-02-28', 1, '2026-03-01'],
    ['2028-02-28', 1, '2028-02-29'],
    ['2026-03-08', 1, '2026-03-09'],
    ['2026-01-01', -1, '2025-12-31'],
    ['2026-01-01', 0, '2026-01-01'],
  ])('when %s is moved by %i days, then it is %s', (date, days, moved) => {
    expect(plusDays(date, days)).toBe(moved);
  });
});

describe('given a wall-clock time', () => {
  it.each([
    ['common', '2026-03-02', '09:00', '2026-03-02T14:00:00.000Z'],
    ['doubled: the first of the two', '2026-11-01', '01:30', '2026-11-01T05:30:00.000Z'],
    ['after the doubled hour', '2026-11-01', '02:30', '2026-11-01T07:30:00.000Z'],
    ['skipped: as far past the gap', '2026-03-08', '02:30', '2026-03-08T07:30:00.000Z'],
  ])('when it is %s, then it is this instant', (_, date, time, instant) => {
    expect(instantAt(date, time, NEW_YORK).toISOString()).toBe(instant);
  });
});

describe('given the name of a time zone', () => {
  it.each([
    ...[NEW_YORK, 'UTC', 'Etc/UTC', 'America/Argentina/Buenos_Aires', 'America/Port-au-Prince', 'Europe/Isle_of_Man'],
    ...[
      'Asia/Kolkata',
      'Asia/Calcutta',
      'Europe/Kyiv',
      'Europe/Kiev',
      'US/Eastern',
      'Japan',
      'Antarctica/DumontDUrville',
    ],
  ])('when it is %s, in any case, then it is one, in its own spelling', (name) => {
    expect([name, name.toLowerCase(), name.toUpperCase()].map(timeZoneNamed)).toEqual([name, name, name]);
  });

  it.each([
    ...['', '+05:00', '-05', 'UTC+5', 'GMT+0', 'GMT0', 'Etc/GMT+5', 'Etc/GMT-14'],
    ...[
      'EST',
      'MST',
      'HST',
      'CET',
      'EET',
      'WET',
      'GMT',
      'UCT',
      'gmt',
      'NST',
      'BST',
      'IST',
      'CST',
      'PST',
      'JST',
      'AET',
      'ist',
    ],
    ...['EST5EDT', 'EST5EDT4', 'PST8PDT', 'SystemV/EST5', 'SystemV/AST4ADT', 'posix/America/New_York', 'right/UTC'],
    ...[
      'Factory',
      'localtime',
      'posixrules',
      'America/Atlantis',
      'America',
      'America/',
      '/UTC',
      'America/New York',
      'UTC ',
    ],
    ...['../etc/passwd', 'A'.repeat(65), 'Europe/\u0130stanbul', ':America/New_York', '<+05>-5'],
  ])('when it is "%s", then it is none', (name) => {
    expect(timeZoneNamed(name)).toBeUndefined();
  });
});
