import { describe, expect, it } from '@jest/globals';
import { readOptions, SCENARIOS } from './options.ts';

describe('given the words behind `npm run bench --`', () => {
  it('when there are none, then all scenarios are played as they are', () => {
    expect(readOptions([])).toMatchObject({
      scenarios: SCENARIOS,
      seconds: undefined,
      rows: undefined,
      json: undefined,
    });
  });

  it('when they narrow and widen, then they are read', () => {
    const words =
      '--scenario hot --scenario book --seconds 20 --rows 1000000 --rounds 5 --minutes 10 --json out.json --node=--cpu-prof';
    expect(readOptions(words.split(' '))).toEqual({
      scenarios: ['hot', 'book'],
      seconds: 20,
      rows: 1_000_000,
      rounds: 5,
      minutes: 10,
      node: ['--cpu-prof'],
      json: 'out.json',
    });
  });

  it.each(['--scenario cold', '--seconds 0', '--rows many', '--rounds 1.5', '--what 1'])(
    'when they are %s, then they are refused',
    (words) => {
      expect(() => readOptions(words.split(' '))).toThrow();
    },
  );
});
