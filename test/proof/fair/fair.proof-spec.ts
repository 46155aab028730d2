import { describe, expect, it } from '@jest/globals';
import { groundOfTests } from '../faults/harness/ground.ts';
import type { Attack } from './attack.ts';
import { ATTACKS } from './attacks/list.ts';
import { fair } from './fair.ts';
import { faultsOf, refusalsOf } from './judge.ts';

/** Each stands for a kind: a list of values, memory, what hangs up, a list without pages, nobody's documents, answers unread. */
const WORST = ['values-20', 'notes', 'hang-ups', 'grants', 'pairs-anonymous', 'slow-readers'];
const SECONDS = { warmUp: 1, attack: 3, rest: 1, quiet: 1 };
/** 6,000 visits. */
const WEEKS = 15;
/** It takes less than a minute; a machine that does much else beside it may take its time. */
const LIMIT_MS = 10 * 60_000;

// memory is read from /proc, and each attack calls from an address of its own in 127.0.0.0/8
const onLinux = process.platform === 'linux' ? describe : describe.skip;

/** The short form: `npm run proof:fair` has all attacks, and holds the victims' waiting against their quiet. */
onLinux('given a practice that books, lists and signs in beside callers of another one who ask for too much', () => {
  it(
    'when those do their worst, then nobody of the practice is refused, the process lives within its bound, and refusals say why',
    async () => {
      const ground = await groundOfTests();
      try {
        const attacks = WORST.map((name) => ATTACKS.find((attack) => attack.name === name)!);
        const { quiet, played } = await fair({
          ground,
          attacks,
          seed: 1,
          seconds: SECONDS,
          processes: 1,
          weeks: WEEKS,
        });
        expect(refusalsOf(quiet)).toEqual({});
        expect(played.map((one) => [one.attack.name, faultsOf(one)])).toEqual(WORST.map((name) => [name, []]));
        expect(played.flatMap(({ attack, beside }) => (callsOf(beside) ? [] : [attack.name]))).toEqual([]);
      } finally {
        await ground.stop();
      }
    },
    LIMIT_MS,
  );

  it('when attacks are listed, then each has a name of its own', () => {
    const names = ATTACKS.map(({ name }: Attack) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

function callsOf(fares: Awaited<ReturnType<typeof fair>>['quiet']): number {
  return Object.values(fares).reduce((sum, { calls }) => sum + calls, 0);
}
