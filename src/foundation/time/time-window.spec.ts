import { describe, expect, it } from '@jest/globals';
import { BadUserInput } from '../errors/domain-error.ts';
import { instantAt } from './local-date.ts';
import { TimeWindow } from './time-window.ts';

const NEW_YORK = 'America/New_York';
const at = (time: string): Date => new Date(`2026-03-02T${time}Z`);

describe('given the two times of a visit that is to be booked', () => {
  it.each([
    ['an hour', '09:00:00', '10:00:00', 60],
    ['one minute', '09:00:00', '09:01:00', 1],
    ['7:59, of which the seconds are cut off', '09:00:00', '09:07:59', 7],
    ['8 minutes less one millisecond', '09:00:00', '09:07:59.999', 7],
    ['seconds on both ends', '09:00:30', '09:08:30', 8],
    ['exactly 12 hours', '09:00:00', '21:00:00', 720],
  ])('when they are %s apart, then the whole minutes count', (_, start, end, minutes) => {
    expect(TimeWindow.toBook(at(start), at(end)).minutes).toBe(minutes);
  });

  it.each([
    ['the end is the start', '09:00:00', '09:00:00'],
    ['the end is before the start', '09:00:00', '08:59:59'],
    ['they are 59 seconds apart', '09:00:00', '09:00:59'],
    ['they are a millisecond more than 12 hours apart', '09:00:00', '21:00:00.001'],
  ])('when %s, then it is BAD_USER_INPUT for endTime', (_, start, end) => {
    const refusal = refusalOf(() => TimeWindow.toBook(at(start), at(end)));

    expect(Object.keys(refusal.details.fields)).toEqual(['endTime']);
  });
});

describe('given the times of a visit of which one is sent and the other stays', () => {
  const [nine, ten] = [at('09:00:00'), at('10:00:00')];
  const late = new Date('2026-03-03T04:30:00Z');
  const fieldOf = (start: Date, end: Date, sent: object): string[] =>
    Object.keys(refusalOf(() => TimeWindow.toBook(start, end, sent).dateIn(NEW_YORK)).details.fields);

  it.each([
    ['it does not last at all', ten, ten],
    ['it ends before it starts', ten, nine],
    ['it is too short', nine, at('09:00:59')],
    ['it is too long', nine, at('21:00:01')],
    ['it passes midnight', late, new Date('2026-03-03T05:30:00Z')],
  ])('when %s, then the one that was sent is named', (_, start, end) => {
    expect(fieldOf(start, end, { id: '1', startTime: start })).toEqual(['startTime']);
    expect(fieldOf(start, end, { startTime: start, endTime: null })).toEqual(['startTime']);
    expect(fieldOf(start, end, { endTime: end })).toEqual(['endTime']);
    expect(fieldOf(start, end, { startTime: start, endTime: end })).toEqual(['endTime']);
  });
});

describe('given the two times of a visit that has happened', () => {
  const names = { start: 'actualStartTime', end: 'actualEndTime' };

  it('when it lasted less than a minute, then it is 0 minutes', () => {
    expect(TimeWindow.delivered(at('09:00:00'), at('09:00:30'), names).minutes).toBe(0);
  });

  it.each([
    ['it did not last at all', '09:00:00', '09:00:00'],
    ['it lasted longer than 12 hours', '09:00:00', '21:00:01'],
  ])('when %s, then it is BAD_USER_INPUT under its own name', (_, start, end) => {
    const fieldsOf = (sent?: object): string[] =>
      Object.keys(refusalOf(() => TimeWindow.delivered(at(start), at(end), names, sent)).details.fields);

    expect(fieldsOf()).toEqual(['actualEndTime']);
    expect(fieldsOf({ actualStartTime: at(start) })).toEqual(['actualStartTime']);
  });
});

describe('given a day on which the clocks of New York change', () => {
  const between = (date: string, start: string, end: string): TimeWindow =>
    TimeWindow.toBook(instantAt(date, start, NEW_YORK), instantAt(date, end, NEW_YORK));

  it.each([
    ['an hour comes twice', '2026-11-01', '00:30', '02:30', 180],
    ['an hour is skipped', '2026-03-08', '01:30', '03:30', 60],
    ['nothing changes', '2026-11-02', '00:30', '02:30', 120],
  ])('when %s, then elapsed time counts, never wall-clock', (_, date, start, end, minutes) => {
    expect(between(date, start, end).minutes).toBe(minutes);
  });

  it('when 12 hours on the wall are 13 elapsed, then it is too long', () => {
    expect(refusalOf(() => between('2026-11-01', '00:00', '12:00')).details.fields).toHaveProperty('endTime');
  });

  it('when 13 hours on the wall are 12 elapsed, then it may be booked', () => {
    expect(between('2026-03-08', '00:00', '13:00').minutes).toBe(720);
  });
});

describe('given the zone of an organization', () => {
  const window = (start: string, end: string): TimeWindow => TimeWindow.toBook(new Date(start), new Date(end));

  it('when a visit is at 23:00 there, then its date is that one, though in UTC it is the next', () => {
    expect(window('2026-03-03T04:00:00Z', '2026-03-03T04:45:00Z').dateIn(NEW_YORK)).toBe('2026-03-02');
  });

  it('when a visit ends at midnight there, then it ends on the date it starts on', () => {
    expect(window('2026-03-03T04:00:00Z', '2026-03-03T05:00:00Z').dateIn(NEW_YORK)).toBe('2026-03-02');
  });

  it.each([
    ['a minute', '2026-03-03T05:01:00Z'],
    ['a millisecond', '2026-03-03T05:00:00.001Z'],
  ])('when it ends %s past midnight, then it is BAD_USER_INPUT', (_, end) => {
    const refusal = refusalOf(() => window('2026-03-03T04:00:00Z', end).dateIn(NEW_YORK));

    expect(Object.keys(refusal.details.fields)).toEqual(['endTime']);
  });

  it('when it passes the midnight of UTC alone, then it may', () => {
    expect(window('2026-03-02T23:30:00Z', '2026-03-03T00:30:00Z').dateIn(NEW_YORK)).toBe('2026-03-02');
  });
});

function refusalOf(action: () => unknown): BadUserInput {
  try {
    action();
  } catch (error) {
    if (error instanceof BadUserInput) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}
