import { describe, expect, it } from '@jest/globals';
import { cpuRatio, isMet, type Bar, type Side } from './figures.ts';
import { barText, summaryOf, textOf } from './text.ts';

const BAR: Bar = { what: 'throughput', figure: 0.5, unit: '', atLeast: 0.45 };
const side = (name: string, apiCpu: number, postgresCpu: number): Side => ({
  name,
  perSecond: 123.4,
  apiCpu,
  postgresCpu,
  latency: { mean: 8.125 },
});

describe('given a bar', () => {
  it.each([
    [0.5, true],
    [0.45, true],
    [0.44, false],
    [undefined, undefined],
    [Number.NaN, undefined],
  ])('when the figure is %s, then it is met: %s', (figure, met) => {
    expect(isMet({ ...BAR, figure })).toBe(met);
  });

  it('when it is an upper one, then more is too much', () => {
    expect(isMet({ what: 'CPU', figure: 2.3, unit: ' x', atMost: 2.2 })).toBe(false);
    expect(isMet({ what: 'CPU', figure: 2.2, unit: ' x', atMost: 2.2 })).toBe(true);
  });

  it('when it is told, then figure, bar and verdict stand in a line', () => {
    expect(barText(BAR)).toBe('  throughput: 0.500 (bar: at least 0.45) met');
    expect(barText({ ...BAR, figure: undefined })).toContain('not measured');
  });
});

describe('given scenarios with bars', () => {
  it('when some are met, some not, and some were not measured, then the first are counted and the second named', () => {
    const missed = { ...BAR, figure: 0.1 };
    const bars = [BAR, missed, { ...BAR, figure: undefined }];
    const summary = summaryOf([{ scenario: 'book', sides: [], bars, notes: [] }]);
    expect(summary.split('\n')).toEqual(['1 of 3 bars met, 1 not.', `  book: ${barText(missed).trim()}`]);
  });
});

describe('given two sides', () => {
  it('when their CPU is compared, then that of API and PostgreSQL count together', () => {
    expect(cpuRatio(side('API', 3, 1), side('floor', 0, 2))).toBe(2);
  });

  it('when they are told, then they are rows of one table', () => {
    const text = textOf({
      scenario: 'book',
      sides: [side('API', 3, 1), side('floor', 0, 2)],
      bars: [BAR],
      notes: ['checked'],
    });
    const [head, api, floor, bar, note] = text.split('\n');
    expect(new Set([head, api, floor].map((line) => line!.length)).size).toBe(1);
    expect(api).toContain('8.13');
    expect([bar, note]).toEqual([barText(BAR), '  checked']);
  });

  it('when there are none, then there is no table', () => {
    expect(textOf({ scenario: 'start', sides: [], bars: [BAR], notes: [] }).split('\n')).toEqual([
      'start',
      barText(BAR),
    ]);
  });
});
