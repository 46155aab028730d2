import { parseArgs } from 'node:util';
import { MUTANTS } from './all-mutants.ts';
import type { Mutant } from './mutant.ts';
import { MutatedTree } from './mutated-tree.ts';
import { proved } from './proofs.ts';

/** `--only 'key|COMMIT'`: those whose name matches. */
const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const mutants = MUTANTS.filter(({ name }) => new RegExp(values.only).test(name));

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
  process.exitCode = wrong.length ? 1 : 0;
} finally {
  await tree.remove();
}
