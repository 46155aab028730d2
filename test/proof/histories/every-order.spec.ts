import { expect, it } from '@jest/globals';
import { refusalOf, type Call, type Specification } from './linearizability.ts';
import { Random } from './random.ts';

/** Two units: take one, give one back, or count. */
type Request = 'take' | 'give' | 'count';
type Answer = number | 'taken' | 'given' | 'none';

const UNITS = 2;
const specification: Specification<number, Request, Answer> = {
  initial: UNITS,
  keyOf: String,
  after: (left, { request, answer }) => {
    const [next, told]: [number, Answer] =
      request === 'count'
        ? [left, left]
        : request === 'give'
          ? [left + 1, 'given']
          : left
            ? [left - 1, 'taken']
            : [0, 'none'];
    return answer === undefined || answer === told ? next : undefined;
  },
};

/** A few calls with answers that may well be wrong. */
function drawnHistory(random: Random): Call<Request, Answer>[] {
  const calls = 2 + Math.floor(random.next() * 5);
  const moments = Array.from({ length: 2 * calls }, (_, index) => ({ index, order: random.next() }));
  const places = moments.sort((one, other) => one.order - other.order).map(({ index }) => index + 1);
  return Array.from({ length: calls }, (_, id) => {
    const [invoked, answered] = [places[2 * id]!, places[2 * id + 1]!].sort((one, other) => one - other) as [
      number,
      number,
    ];
    const request = random.one<Request>(['take', 'take', 'give', 'count']);
    if (random.chance(0.15)) return { id, client: id, request, invoked };
    const answers: Record<Request, Answer[]> = {
      take: ['taken', 'taken', 'none'],
      give: ['given'],
      count: [0, 1, 1, 2],
    };
    return { id, client: id, request, invoked, answered, answer: random.one(answers[request]) };
  });
}

/** By trying all orders. */
function hasOrder(left: number, calls: readonly Call<Request, Answer>[]): boolean {
  if (calls.every(({ answered }) => answered === undefined)) return true;
  const deadline = Math.min(...calls.map(({ answered }) => answered ?? Infinity));
  return calls.some((call) => {
    if (call.invoked > deadline) return false; // another was answered before it was made
    const after = specification.after(left, call);
    return (
      after !== undefined &&
      hasOrder(
        after,
        calls.filter((other) => other !== call),
      )
    );
  });
}

it('given 3,000 histories of a few calls, when all orders are tried, then the checker says the same of each', () => {
  const verdicts = { explained: 0, refused: 0 };
  for (let seed = 0; seed < 3_000; seed++) {
    const history = drawnHistory(new Random(seed));
    const isExplained = hasOrder(UNITS, history);
    expect([seed, refusalOf(specification, history) === undefined]).toEqual([seed, isExplained]);
    verdicts[isExplained ? 'explained' : 'refused'] += 1;
  }
  expect(Math.min(verdicts.explained, verdicts.refused)).toBeGreaterThan(500);
});
