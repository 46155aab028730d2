import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { onTestCluster } from '../../support/standalone.ts';
import { run } from './run.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    clients: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '6' },
    calls: { type: 'string', default: '5' },
    processes: { type: 'string', default: '0' },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const numbers = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, Number(text)]));
const settings = numbers as Record<keyof typeof values, number>;
for (const [name, number] of Object.entries(settings))
  if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} is a whole number.`);

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
process.exitCode = faults.length ? 1 : 0;
