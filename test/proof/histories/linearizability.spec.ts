import { describe, expect, it } from '@jest/globals';
import { explained } from './explanation.ts';
import { refusalOf, type Call } from './linearizability.ts';
import { practiceOf } from './practice.ts';
import type { Answer, Request, VisitSeen } from './requests.ts';

/** A1 and A2 of the patient N1, 4 units each, A3 of N2. */
const ACCOUNT = { patient: 'N1', total: 4, reserved: 0, used: 0, version: 1 };
const specification = practiceOf({
  accounts: { A1: ACCOUNT, A2: ACCOUNT, A3: { ...ACCOUNT, patient: 'N2' } },
  visits: {},
  claims: {},
});

type Told = readonly [made: number, answered: number | undefined, request: Request, answer?: Answer];

/** Each call is of a client of its own. */
function historyOf(told: readonly Told[]): Call<Request, Answer>[] {
  return told.map(([invoked, answered, request, answer], id) => ({
    id,
    client: id,
    request,
    invoked,
    ...(answered !== undefined && { answered }),
    ...(answer && { answer }),
  }));
}

const book = (start: number, minutes = 60, more: object = {}): Request => ({
  do: 'book',
  authorization: 'A1',
  patient: 'N1',
  practitioner: 'P1',
  start,
  minutes,
  ...more,
});
const seen = (visit: string, start: number, more: Partial<VisitSeen> = {}): VisitSeen => ({
  visit,
  status: 'SCHEDULED',
  units: 4,
  version: 1,
  start,
  minutes: 60,
  ...more,
});
const cancel = (visit: string): Request => ({ do: 'cancel', visit });
const cancelled = (visit: string, start: number): Answer =>
  seen(visit, start, { status: 'CANCELLED', units: 0, version: 2 });
const balance = (authorization = 'A1'): Request => ({ do: 'balance', authorization });
const has = (reserved: number, used = 0): Answer => ({ total: 4, reserved, used, version: 1 });
const lacks = (requestedUnits: number, availableUnits: number): Answer => ({
  refused: 'INSUFFICIENT_UNITS',
  details: { requestedUnits, availableUnits },
});
const isCancelled: Answer = { refused: 'INVALID_STATUS_TRANSITION', details: { from: 'CANCELLED' } };
const isBusy = (...conflictsWith: string[]): Answer => ({ refused: 'SCHEDULING_CONFLICT', details: { conflictsWith } });

describe('given the recorded calls of several clients', () => {
  it.each<[string, readonly Told[]]>([
    [
      'two want the last units, and the one that was made later has them',
      [
        [1, 4, book(0), lacks(4, 0)],
        [2, 3, book(60), seen('V1', 60)],
      ],
    ],
    [
      'a balance is read while a booking is under way, once before and once after it',
      [
        [1, 6, book(0), seen('V1', 0)],
        [2, 3, balance(), has(0)],
        [4, 5, balance(), has(4)],
      ],
    ],
    [
      'units are booked that were given back while the booking was under way',
      [
        [1, 2, book(0), seen('V1', 0)],
        [3, 6, cancel('V1'), cancelled('V1', 0)],
        [4, 5, book(60), seen('V2', 60)],
      ],
    ],
    [
      'two cancel the same visit, and one is told that it is over',
      [
        [1, 2, book(0), seen('V1', 0)],
        [3, 5, cancel('V1'), isCancelled],
        [4, 6, cancel('V1'), cancelled('V1', 0)],
      ],
    ],
    [
      'a key comes twice at once, and both are told of one visit',
      [
        [1, 3, book(0, 60, { key: 'k' }), seen('V1', 0)],
        [2, 4, book(0, 60, { key: 'k' }), seen('V1', 0)],
        [5, 6, balance(), has(4)],
      ],
    ],
    [
      'visits of different people share an hour, and visits of one touch',
      [
        [1, 2, book(0, 30), seen('V1', 0, { minutes: 30, units: 2 })],
        [3, 4, book(30, 30), seen('V2', 30, { minutes: 30, units: 2 })],
        [5, 6, book(0, 60, { authorization: 'A3', patient: 'N2', practitioner: 'P2' }), seen('V3', 0)],
      ],
    ],
    [
      'a visit is moved to another authorization, which frees the units of the first',
      [
        [1, 2, book(0), seen('V1', 0)],
        [3, 5, { do: 'change', visit: 'V1', to: { authorization: 'A2' } }, seen('V1', 0, { version: 2 })],
        [4, 6, book(60), seen('V2', 60)],
        [7, 8, balance('A2'), has(4)],
      ],
    ],
    [
      'a visit took longer than there was room for',
      [
        [1, 2, book(0), seen('V1', 0)],
        [3, 4, { do: 'complete', visit: 'V1', delivered: 75 }, { session: 'S1', used: 4, unauthorized: 1 }],
        [5, 6, balance(), has(0, 4)],
      ],
    ],
    [
      'a booking was never answered and did not happen',
      [
        [1, undefined, book(0)],
        [2, 3, book(60), seen('V1', 60)],
      ],
    ],
    [
      'a booking was never answered and happened, much later',
      [
        [1, undefined, book(0)],
        [2, 3, balance(), has(0)],
        [4, 5, book(60), lacks(4, 0)],
        [6, 7, balance(), has(4)],
      ],
    ],
    [
      'a booking was never answered, and its key then tells which visit it was',
      [
        [1, undefined, book(0, 60, { key: 'k' })],
        [2, 3, balance(), has(4)],
        [4, 5, book(0, 60, { key: 'k' }), seen('V1', 0)],
        [6, 7, { do: 'look', visit: 'V1' }, seen('V1', 0)],
      ],
    ],
    [
      'somebody of another practice finds nothing',
      [
        [1, 2, book(0), seen('V1', 0)],
        [3, 4, { by: 'stranger', do: 'cancel', visit: 'V1' }, { refused: 'NOT_FOUND', details: {} }],
      ],
    ],
  ])('when %s, then an order explains it', (_, told) => {
    expect(refusalOf(specification, historyOf(told))).toBeUndefined();
  });

  it.each<[string, readonly Told[], number]>([
    [
      'two are told yes for the last units',
      [
        [1, 3, book(0), seen('V1', 0)],
        [2, 4, book(60), seen('V2', 60)],
      ],
      1,
    ],
    [
      'a balance is stale after an acknowledged booking',
      [
        [1, 2, book(0), seen('V1', 0)],
        [3, 4, balance(), has(0)],
      ],
      1,
    ],
    [
      'two see the same booking in opposite order',
      [
        [1, 8, book(0), seen('V1', 0)],
        [2, 3, balance(), has(4)],
        [4, 5, balance(), has(0)],
      ],
      2,
    ],
    [
      'a refusal tells of units that nobody had taken',
      [
        [1, 2, balance(), has(0)],
        [3, 4, book(0), lacks(4, 0)],
      ],
      1,
    ],
    [
      'one practitioner is booked twice',
      [
        [1, 3, book(0, 30), seen('V1', 0, { minutes: 30, units: 2 })],
        [2, 4, book(15, 30, { authorization: 'A3', patient: 'N2' }), seen('V2', 15, { minutes: 30, units: 2 })],
      ],
      1,
    ],
    [
      'a conflict names somebody who is free',
      [
        [1, 2, book(0, 30), seen('V1', 0, { minutes: 30, units: 2 })],
        [3, 4, book(0, 30, { authorization: 'A3', patient: 'N2' }), isBusy('PATIENT')],
      ],
      1,
    ],
    [
      'two are told that they cancelled',
      [
        [1, 2, book(0), seen('V1', 0)],
        [3, 5, cancel('V1'), cancelled('V1', 0)],
        [4, 6, cancel('V1'), cancelled('V1', 0)],
      ],
      2,
    ],
    [
      'units are given back twice',
      [
        [1, 2, book(0, 30), seen('V1', 0, { minutes: 30, units: 2 })],
        [3, 4, book(30, 30), seen('V2', 30, { minutes: 30, units: 2 })],
        [5, 6, cancel('V1'), seen('V1', 0, { minutes: 30, units: 0, version: 2, status: 'CANCELLED' })],
        [7, 8, balance(), has(0)],
      ],
      3,
    ],
    [
      'one key makes two visits',
      [
        [1, 2, book(0, 30, { key: 'k' }), seen('V1', 0, { minutes: 30, units: 2 })],
        [3, 4, book(0, 30, { key: 'k' }), seen('V2', 0, { minutes: 30, units: 2 })],
      ],
      1,
    ],
    [
      'an unanswered booking is seen, and is gone again',
      [
        [1, undefined, book(0)],
        [2, 3, balance(), has(4)],
        [4, 5, balance(), has(0)],
      ],
      2,
    ],
    [
      'more is there than an unanswered booking can have done',
      [
        [1, undefined, book(0, 30)],
        [2, 3, balance(), has(4)],
      ],
      1,
    ],
    [
      'it was promised that nothing was changed, and something was',
      [
        [1, 2, book(0), { refused: 'TRY_AGAIN', details: {} }],
        [3, 4, balance(), has(4)],
      ],
      1,
    ],
    [
      'somebody of another practice cancels',
      [
        [1, 2, book(0), seen('V1', 0)],
        [3, 4, { by: 'stranger', do: 'cancel', visit: 'V1' }, cancelled('V1', 0)],
      ],
      1,
    ],
  ])('when %s, then the answer that no order explains is named', (_, told, call) => {
    expect(refusalOf(specification, historyOf(told))?.call.id).toBe(call);
  });

  it('when one is refused, then it is told from the last rest on, without what is not needed to see it', () => {
    const other = { authorization: 'A3', patient: 'N2', practitioner: 'P2' };
    const history = historyOf([
      [1, 2, book(0, 30), seen('V1', 0, { minutes: 30, units: 2 })],
      [3, 9, book(60, 30), seen('V2', 60, { minutes: 30, units: 2 })],
      [4, 5, balance('A2'), has(0)],
      [6, 7, cancel('V9'), { refused: 'NOT_FOUND', details: {} }],
      [8, 10, book(120, 30), seen('V3', 120, { minutes: 30, units: 2 })],
      [2.5, 11, book(0, 30, other), seen('V4', 0, { minutes: 30, units: 2 })],
    ]);
    const refusal = refusalOf(specification, history);
    expect(explained(history, refusal!)).toBe(
      [
        'No serial order explains these answers.',
        'Before them:',
        '  A1 of N1: total 4, reserved 2, used 0, version 1',
        '  V1: SCHEDULED A1 P1 N1 start 0, minutes 30, units 2, version 1',
        'Then, with the moments in which each call was made and answered:',
        '  [3, 9] client 1: book authorization A1, patient N1, practitioner P1, start 60, minutes 30 -> visit V2, status SCHEDULED, units 2, version 1, start 60, minutes 30',
        '> [8, 10] client 4: book authorization A1, patient N1, practitioner P1, start 120, minutes 30 -> visit V3, status SCHEDULED, units 2, version 1, start 120, minutes 30',
        'The marked answer fits no order of the calls above it and those under way with it.',
      ].join('\n'),
    );
  });
});
