import { parseArgs } from 'node:util';
import { MUTANTS } from './all-mutants.ts';
import type { Mutant } from './mutant.ts';
import { DoesNotApply, MutatedTree } from './mutated-tree.ts';
import { proved } from './proofs.ts';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const mutants = MUTANTS.filter(({ name }) => name.includes(values.only));

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

const tree = await MutatedTree.make();
try {
  const proofs = [...new Set(mutants.flatMap((mutant) => mutant.proofs))];
  const { found } = await proved(tree.folder, proofs);
  if (found.length) throw new Error(`Without any mutant the tests must pass:\n${found.join('\n')}`);
  say(`Without any mutant: ${proofs.length} files of tests pass. What is missing or wrong, and who found it:`);
  const wrong: string[] = [];
  for (const mutant of mutants) if (!(await show(mutant, tree))) wrong.push(mutant.name);
  say(`\n${mutants.length} mutants, ${wrong.length} survived${wrong.length ? `: ${wrong.join('; ')}` : ''}.`);
  process.exitCode = wrong.length ? 1 : 0;
} catch (error) {
  if (!(error instanceof DoesNotApply)) throw error;
  say(`A mutant no longer applies, aim it anew: ${error.message}`);
  process.exitCode = 1;
} finally {
  await tree.remove();
}
