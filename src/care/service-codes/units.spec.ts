import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unitsFor, type UnitRule } from './units.ts';

const timed = (unitMinutes: number, roundUpAtMinutes: number, zeroBelowMinutes: number): UnitRule => ({
  timed: true,
  unitMinutes,
  roundUpAtMinutes,
  zeroBelowMinutes,
});

/** Every row of the table in the domain: the rule, then [first minute, last minute, units]. */
const TABLE: { use: string; rule: UnitRule; spans: [number, number, number][] }[] = [
  {
    use: '15/8/8, the eight-minute rule',
    rule: timed(15, 8, 8),
    spans: [
      [0, 7, 0],
      [8, 22, 1],
      [23, 37, 2],
      [38, 52, 3],
      [53, 67, 4],
      [68, 75, 5],
      [80, 80, 5],
    ],
  },
  {
    use: '15/1/1, up to 15 minutes',
    rule: timed(15, 1, 1),
    spans: [
      [0, 0, 0],
      [1, 15, 1],
      [16, 30, 2],
      [31, 45, 3],
      [46, 60, 4],
      [61, 75, 5],
    ],
  },
  {
    use: '15/15/15, full units only',
    rule: timed(15, 15, 15),
    spans: [
      [0, 14, 0],
      [15, 29, 1],
      [30, 44, 2],
      [45, 59, 3],
      [60, 74, 4],
      [75, 75, 5],
    ],
  },
  {
    use: '30/16/16, 30-minute codes',
    rule: timed(30, 16, 16),
    spans: [
      [0, 15, 0],
      [16, 45, 1],
      [46, 75, 2],
    ],
  },
  {
    use: '60/31/31, hourly codes',
    rule: timed(60, 31, 31),
    spans: [
      [0, 30, 0],
      [31, 90, 1],
      [91, 91, 2],
    ],
  },
  {
    use: 'untimed, evaluations',
    rule: { ...timed(15, 8, 8), timed: false },
    spans: [
      [0, 0, 0],
      [1, 720, 1],
    ],
  },
];

describe.each(TABLE)('given a service code of $use', ({ rule, spans }) => {
  it.each(spans)('when a visit has %i to %i minutes, then it is %i units', (first, last, units) => {
    for (let minutes = first; minutes <= last; minutes++)
      expect([minutes, unitsFor(minutes, rule)]).toEqual([minutes, units]);
  });
});

describe('given any rule that rounds up within the unit', () => {
  const aRule = fc
    .integer({ min: 1, max: 120 })
    .chain((unit) =>
      fc
        .tuple(fc.integer({ min: 1, max: unit }), fc.integer({ min: 0, max: 240 }))
        .map(([roundUpAt, zeroBelow]) => timed(unit, roundUpAt, zeroBelow)),
    );
  const minutes = fc.integer({ min: 0, max: 720 });

  it('when a visit gets longer, then it is never fewer units', () => {
    fc.assert(
      fc.property(aRule, minutes, (rule, m) => {
        expect(unitsFor(m + 1, rule)).toBeGreaterThanOrEqual(unitsFor(m, rule));
      }),
    );
  });

  it('when a whole unit is added to a visit that counts, then it is exactly one unit more', () => {
    fc.assert(
      fc.property(aRule, minutes, (rule, m) => {
        fc.pre(m >= rule.zeroBelowMinutes);
        expect(unitsFor(m + rule.unitMinutes, rule)).toBe(unitsFor(m, rule) + 1);
      }),
    );
  });

  it('when a visit is below zeroBelow, then it is 0 units, else the whole units or one more', () => {
    fc.assert(
      fc.property(aRule, minutes, (rule, m) => {
        const units = unitsFor(m, rule);
        const whole = Math.floor(m / rule.unitMinutes);
        expect(Number.isInteger(units)).toBe(true);
        if (m < rule.zeroBelowMinutes) expect(units).toBe(0);
        else expect([whole, whole + 1]).toContain(units);
      }),
    );
  });
});
