import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../src/foundation/command-line/command-line.ts';
import { OPTIONS, readOptions, SCENARIOS, USAGE, type Options } from './options.ts';

describe('given the words behind `npm run bench --`', () => {
  async function read(...words: string[]): Promise<{ exitCode: number; options?: Options }> {
    let options: Options | undefined;
    const run = (values: Parameters<typeof readOptions>[0]): 0 => {
      options = readOptions(values);
      return 0;
    };
    const exitCode = await runCommand({ usage: USAGE, options: OPTIONS, run }, words, () => undefined);
    return { exitCode, ...(options && { options }) };
  }

  it('when there are none, then all scenarios are played as they are', async () => {
    const { options } = await read();
    expect(options).toMatchObject({ scenarios: SCENARIOS, seconds: undefined, rows: undefined, json: undefined });
  });

  it('when they narrow and widen, then they are read', async () => {
    const words =
      '--scenario hot --scenario book --seconds 20 --rows 1000000 --rounds 5 --minutes 10 --json out.json --node=--cpu-prof';
    const { options } = await read(...words.split(' '));
    expect(options).toEqual({
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
    async (words) => {
      expect(await read(...words.split(' '))).toEqual({ exitCode: 2 });
    },
  );
});
