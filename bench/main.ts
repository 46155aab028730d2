import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { readOptions, USAGE, type Options } from './options.ts';
import { barText, textOf } from './report/text.ts';
import { isMet, type Figures } from './report/figures.ts';
import { play } from './scenarios/scenarios.ts';
import { Stage } from './stage/stage.ts';

/** `npm run bench`: plays the scenarios one after the other, each in turn with its floor, and tells what came of them. */
async function bench(options: Options): Promise<void> {
  const begun = performance.now();
  const tell = (line: string): void => console.log(line);
  const stage = await Stage.open(options, tell);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stage.close().finally(() => process.exit(130)));
  const all: Figures[] = [];
  try {
    const load = loadavg()[0]!;
    tell(
      `PostgreSQL ${stage.server.version}, Node ${process.versions.node}, ${cpus().length} cores, load ${load.toFixed(1)}`,
    );
    for (const name of options.scenarios) {
      const figures = await play(stage, name);
      all.push(figures);
      tell(`\n${textOf(figures)}`);
    }
  } finally {
    await stage.close();
  }
  const bars = all.flatMap(({ scenario, bars: own }) => own.map((bar) => ({ scenario, ...bar, met: isMet(bar) })));
  const missed = bars.filter(({ met }) => met === false);
  tell(
    `\n${bars.length - missed.length} of ${bars.length} bars met, in ${((performance.now() - begun) / 1000).toFixed(0)} s.`,
  );
  for (const bar of missed) tell(`  ${bar.scenario}: ${barText(bar).trim()}`);
  if (options.json) await writeFile(options.json, `${JSON.stringify({ scenarios: all, bars }, null, 2)}\n`);
}

let options: Options | undefined;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 2;
}
if (options) await bench(options);
