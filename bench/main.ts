import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { runCommand } from '../src/foundation/command-line/command-line.ts';
import { OPTIONS, readOptions, USAGE, type Options } from './options.ts';
import type { Figures } from './report/figures.ts';
import { summaryOf, textOf } from './report/text.ts';
import { play } from './scenarios/scenarios.ts';
import { Stage } from './stage/stage.ts';

/** `npm run bench`: plays the scenarios one after the other, each in turn with its floor, and tells what came of them. */
async function bench(options: Options): Promise<0> {
  const begun = performance.now();
  const tell = (line: string): void => console.log(line);
  const stage = await Stage.open(options, tell);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stage.close().finally(() => process.exit(130)));
  const machine = {
    postgres: stage.server.version,
    node: process.versions.node,
    cores: cpus().length,
    loadBefore: loadavg()[0],
  };
  const all: Figures[] = [];
  try {
    const { postgres, node, cores, loadBefore } = machine;
    tell(`PostgreSQL ${postgres}, Node ${node}, ${cores} cores, load ${loadBefore?.toFixed(1)}`);
    for (const name of options.scenarios) {
      const figures = await play(stage, name);
      all.push(figures);
      tell(`\n${textOf(figures)}`);
    }
  } finally {
    await stage.close();
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  tell(`\n${summaryOf(all)}\nIt took ${seconds} s.`);
  if (options.json) await writeFile(options.json, `${JSON.stringify({ machine, seconds, scenarios: all }, null, 2)}\n`);
  return 0;
}

process.exitCode = await runCommand({ usage: USAGE, options: OPTIONS, run: (values) => bench(readOptions(values)) });
