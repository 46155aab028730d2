import { BadOption, runCommand, type Values } from '../../../src/foundation/command-line/command-line.ts';
import { MUTANTS } from './all-mutants.ts';
import type { Mutant } from './mutant.ts';
import { MutatedTree } from './mutated-tree.ts';
import { proved } from './proofs.ts';

const USAGE = `Usage: npm run proof:mutants -- [--only REGEXP]
Breaks the ledger on purpose, wall by wall, and shows which test finds it. --only takes those whose name matches, such as
'key|COMMIT'. Exits with 1 where one is not found.`;

const OPTIONS = { only: { type: 'string', default: '' } } as const;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** @returns whether it went as it must */
async function show({ name, edits, proofs, held }: Mutant, tree: MutatedTree): Promise<boolean> {
  const begun = performance.now();
  const { found, walls } = await tree.with(edits, () => proved(tree.folder, proofs));
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  const verdict = found.length ? 'FOUND' : held ? `HELD  by ${held}` : 'SURVIVED';
  say(`\n${name}  (${seconds} s)\n  ${verdict}`);
  for (const line of found) say(`    ${line}`);
  if (walls.length) say(`    walls that refused: ${walls.join(', ')}`);
  return found.length > 0 || held !== undefined;
}

/** As `show`; what could not be tried says nothing of the others, and is no success. */
async function tried(mutant: Mutant, tree: MutatedTree): Promise<boolean> {
  try {
    return await show(mutant, tree);
  } catch (error) {
    say(`\n${mutant.name}\n  NOT TRIED  ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

async function prove({ only }: Values<typeof OPTIONS>): Promise<0 | 1> {
  const mutants = mutantsOf(only);
  const tree = await MutatedTree.make();
  try {
    const { found } = await proved(
      tree.folder,
      mutants.flatMap((mutant) => mutant.proofs),
    );
    if (found.length) throw new Error(`Without any mutant the tests must pass:\n${found.join('\n')}`);
    say('Without any mutant the tests pass. What is wrong with each, and who found it:');
    const wrong: string[] = [];
    for (const mutant of mutants) if (!(await tried(mutant, tree))) wrong.push(mutant.name);
    say(`\n${mutants.length} mutants, ${wrong.length} not found${wrong.length ? `: ${wrong.join('; ')}` : ''}.`);
    return wrong.length ? 1 : 0;
  } finally {
    await tree.remove();
  }
}

function mutantsOf(only: string): Mutant[] {
  const pattern = patternOf(only);
  const mutants = MUTANTS.filter(({ name }) => pattern.test(name));
  if (!mutants.length) throw new BadOption(`There is no mutant whose name matches ${only}.`);
  return mutants;
}

function patternOf(only: string): RegExp {
  try {
    return new RegExp(only);
  } catch {
    throw new BadOption(`--only is a regular expression, and ${only} is none.`);
  }
}

process.exitCode = await runCommand({ usage: USAGE, options: OPTIONS, run: prove });
