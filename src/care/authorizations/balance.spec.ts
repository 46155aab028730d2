import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InsufficientUnits } from './authorization.errors.ts';
import { adjust, availableUnits, consume, EMPTY, LedgerEntryKind, moved, reserve, type Movement } from './balance.ts';

const ID = 'authorization';

describe('given any order of bookings, visits, cancellations and adjustments', () => {
  const steps = fc.array(
    fc.record({
      step: fc.constantFrom('book', 'cancel', 'complete', 'adjust'),
      units: fc.integer({ min: 1, max: 12 }),
      which: fc.nat(20),
    }),
    { maxLength: 60 },
  );

  it('then used + reserved never exceed the total, and the entries replay to the balance', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), steps, (total, taken) => {
        const entries: Movement[] = [{ kind: LedgerEntryKind.GRANT, units: total }];
        const balance = () => entries.reduce(moved, EMPTY);
        const held: number[] = [];
        let used = 0;
        for (const { step, units, which } of taken) {
          const at = which % Math.max(held.length, 1);
          if (step === 'book' && units <= availableUnits(balance())) {
            entries.push(...reserve(ID, balance(), units));
            held.push(units);
          } else if (step === 'cancel' && held.length) {
            entries.push({ kind: LedgerEntryKind.RELEASE, units: held.splice(at, 1)[0] ?? 0 });
          } else if (step === 'complete' && held.length) {
            const visit = consume(balance(), held.splice(at, 1)[0] ?? 0, units - 1);
            expect(visit.unitsUsed + visit.unitsUnauthorized).toBe(units - 1);
            entries.push(...visit.movements);
            used += visit.unitsUsed;
          } else if (step === 'adjust') {
            const wanted = Math.max(1, balance().used + balance().reserved, units * 3);
            entries.push(...adjust(ID, balance(), wanted));
          }
          expect(balance().used + balance().reserved).toBeLessThanOrEqual(balance().total);
          expect(balance()).toMatchObject({ used, reserved: held.reduce((sum, each) => sum + each, 0) });
        }
      }),
    );
  });
});

describe('given 10 units of which 4 are reserved and 4 used', () => {
  const balance = { total: 10, reserved: 4, used: 4 };

  it('when 3 are asked for, then they are refused with what there is', () => {
    expect(() => reserve(ID, balance, 3)).toThrow(InsufficientUnits);
    expect(reserve(ID, balance, 2)).toEqual([{ kind: LedgerEntryKind.RESERVE, units: 2 }]);
  });

  it('when the total is lowered below 8, then it is refused', () => {
    expect(() => adjust(ID, balance, 7)).toThrow(InsufficientUnits);
    expect(adjust(ID, balance, 8)).toEqual([{ kind: LedgerEntryKind.ADJUST, units: -2 }]);
    expect(adjust(ID, balance, 10)).toEqual([]);
  });

  it('when a visit that held 4 delivers 7, then 2 more are taken and 1 is unauthorized', () => {
    expect(consume(balance, 4, 7)).toEqual({
      movements: [
        { kind: LedgerEntryKind.RESERVE, units: 2 },
        { kind: LedgerEntryKind.CONSUME, units: 6 },
      ],
      unitsUsed: 6,
      unitsUnauthorized: 1,
    });
  });
});
