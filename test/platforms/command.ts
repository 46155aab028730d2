import { BadOption, runCommand } from '../../src/foundation/command-line/command-line.ts';
import { runEverywhere, type Platform } from './suite.ts';

/** A command that runs the tests on several versions of something, one after the other: `MAJOR... [-- WORDS FOR JEST]`. */
export async function onEach(usage: string, platformOf: (major: number) => Promise<Platform>): Promise<number> {
  const [words, jest] = split(process.argv.slice(2));
  const run = async (_: object, majors: readonly string[]): Promise<0 | 1> => {
    const strange = majors.find((word) => !/^\d+$/.test(word));
    if (strange !== undefined)
      throw new BadOption(`${strange} is no major version; what jest is told comes behind --.`);
    if (!majors.length) throw new BadOption('Name one major version or more.');
    const platforms: Platform[] = [];
    // all of them first: what is not there is told before hours of tests
    for (const major of majors) platforms.push(await platformOf(Number(major)));
    return runEverywhere(platforms, jest);
  };
  return runCommand({ usage, options: {}, takesWords: true, run }, words);
}

function split(words: readonly string[]): [before: readonly string[], behind: readonly string[]] {
  const at = words.indexOf('--');
  return at < 0 ? [words, []] : [words.slice(0, at), words.slice(at + 1)];
}
