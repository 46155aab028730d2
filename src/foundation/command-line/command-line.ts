import { parseArgs, type ParseArgsConfig } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;
export type Values<T extends Options> = ReturnType<typeof parseArgs<{ options: T }>>['values'];

/** The exit code of a command that was called in a way that it does not know: nothing was done. */
export const MISUSED = 2;

/** What was asked for makes no sense; the message says why, in a line. */
export class BadOption extends Error {}

export interface Command<T extends Options, Code extends number> {
  /** What `--help` tells. */
  readonly usage: string;
  readonly options: T;
  /** Whether there may be words that are no options. */
  readonly takesWords?: boolean;
  /** @throws BadOption a value, or a word, that it does not take */
  readonly run: (values: Values<T>, words: readonly string[]) => Promise<Code> | Code;
}

/**
 * Runs a command by the words behind its name, and answers its exit code. `--help` tells how to call it, with exit code 0; what
 * it does not know is told in a line.
 */
export async function runCommand<T extends Options, Code extends number>(
  { usage, options, takesWords = false, run }: Command<T, Code>,
  words: readonly string[] = process.argv.slice(2),
  tell: (line: string) => void = print,
): Promise<Code | 0 | typeof MISUSED> {
  if (words.includes('--help') || words.includes('-h')) {
    tell(usage);
    return 0;
  }
  try {
    const { values, positionals } = parsed(words, options, takesWords);
    return await run(values, positionals);
  } catch (error) {
    if (!(error instanceof BadOption)) throw error;
    tell(`${error.message} --help tells what there is.`);
    return MISUSED;
  }
}

function parsed<T extends Options>(
  words: readonly string[],
  options: T,
  allowPositionals: boolean,
): { values: Values<T>; positionals: string[] } {
  try {
    return parseArgs({ args: [...words], options, allowPositionals });
  } catch (error) {
    const { message } = error as Error;
    // without the advice that may follow, which is about words that begin with a hyphen
    const [what = message] = message.split(/\.\s/);
    throw new BadOption(`${what}.`);
  }
}

/** @throws BadOption it is no whole number, or one below `least` */
export function wholeNumber<T extends number | undefined>(
  name: string,
  text: string | undefined,
  otherwise: T,
  least = 0,
): number | T {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least) throw new BadOption(`--${name} is a whole number from ${least} on.`);
  return number;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
