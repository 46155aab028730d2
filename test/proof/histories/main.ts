import 'reflect-metadata';
import { runCommand, wholeNumber, type Values } from '../../../src/foundation/command-line/command-line.ts';
import { onTestCluster } from '../../support/standalone.ts';
import { run } from './run.ts';

const USAGE = `Usage: npm run proof:histories -- [options]
Clients that call at once, and a checker that looks for the serial order that explains their answers. Exits with 1 where there is
none.
  --runs N        histories, 20 if left out
  --seed N        the same again
  --clients N     that call at once, 6 if left out
  --rounds N      of each history, 6 if left out
  --calls N       of each client in a round, 5 if left out
  --processes N   of the API besides the one of the checker, 0 if left out`;

const OPTIONS = {
  runs: { type: 'string', default: '20' },
  seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  clients: { type: 'string', default: '6' },
  rounds: { type: 'string', default: '6' },
  calls: { type: 'string', default: '5' },
  processes: { type: 'string', default: '0' },
} as const;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function prove(values: Values<typeof OPTIONS>): Promise<0 | 1> {
  const numbers = Object.entries(values).map(([name, text]) => [name, wholeNumber(name, text, 0)]);
  const settings = Object.fromEntries(numbers) as Record<keyof typeof values, number>;
  say(
    Object.entries(settings)
      .map(([name, number]) => `--${name} ${number}`)
      .join(' '),
  );
  const begun = performance.now();
  const { faults, answers, calls } = await onTestCluster(() => run(settings, say));
  for (const [told, times] of Object.entries(answers).sort()) say(`${String(times).padStart(6)}  ${told}`);
  for (const fault of faults) say(`\n${fault}`);
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  say(`\n${settings.runs} histories, ${calls} calls, ${faults.length} faults in ${seconds} s.`);
  return faults.length ? 1 : 0;
}

process.exitCode = await runCommand({ usage: USAGE, options: OPTIONS, run: prove });
