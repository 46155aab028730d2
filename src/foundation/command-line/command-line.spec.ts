import { describe, expect, it } from '@jest/globals';
import { BadOption, runCommand, wholeNumber } from './command-line.ts';

const OPTIONS = { runs: { type: 'string' }, quick: { type: 'boolean' } } as const;

async function run(...words: string[]): Promise<{ exitCode: number; lines: string[]; runs: number[] }> {
  const lines: string[] = [];
  const runs: number[] = [];
  const command = {
    usage: 'Usage: npm run it',
    options: OPTIONS,
    run: (values: { runs?: string }) => {
      runs.push(wholeNumber('runs', values.runs, 7, 1));
      return 1 as const;
    },
  };
  const exitCode = await runCommand(command, words, (line) => lines.push(line));
  return { exitCode, lines, runs };
}

describe('given a command', () => {
  it('when its words are known, then it runs, and its exit code is the answer', async () => {
    expect(await run('--quick', '--runs', '12')).toEqual({ exitCode: 1, lines: [], runs: [12] });
    expect(await run()).toEqual({ exitCode: 1, lines: [], runs: [7] });
  });

  it.each([['--help'], ['-h'], ['--what', '--help']])(
    'when it is asked by %s, then it tells its usage',
    async (...words) => {
      expect(await run(...words)).toEqual({ exitCode: 0, lines: ['Usage: npm run it'], runs: [] });
    },
  );

  it.each([
    ['an option that there is not', ['--what'], "Unknown option '--what'."],
    ['a word that is no option', ['what'], "Unexpected argument 'what'."],
    ['an option without its value', ['--runs'], "Option '--runs <value>' argument missing."],
    ['an option for a value', ['--runs', '--quick'], "Option '--runs' argument is ambiguous."],
    ['a number that is none', ['--runs', 'many'], '--runs is a whole number from 1 on.'],
    ['a number that is nothing', ['--runs='], '--runs is a whole number from 1 on.'],
    ['a number too small', ['--runs', '0'], '--runs is a whole number from 1 on.'],
  ])('when it is given %s, then it says so in a line, and does nothing', async (_, words, told) => {
    const lines = [`${told} --help tells what there is.`];
    expect(await run(...words)).toEqual({ exitCode: 2, lines, runs: [] });
  });

  it('when it takes words, then it gets them beside the options', async () => {
    const given: unknown[] = [];
    const taking = { usage: '', options: OPTIONS, takesWords: true, run: (...all: unknown[]) => given.push(all) };
    await runCommand(taking, ['22', '--quick', '24'], () => undefined);
    expect(given).toEqual([[{ quick: true }, ['22', '24']]]);
  });

  it('when it fails for another reason, then that is thrown', async () => {
    const failing = { usage: '', options: {}, run: () => Promise.reject(new TypeError('else')) };
    await expect(runCommand(failing, [], () => undefined)).rejects.toThrow(TypeError);
    await expect(runCommand(failing, [], () => undefined)).rejects.not.toThrow(BadOption);
  });
});
