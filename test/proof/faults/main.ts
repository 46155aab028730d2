import 'reflect-metadata';
import { randomInt } from 'node:crypto';
import { BadOption, runCommand, wholeNumber, type Values } from '../../../src/foundation/command-line/command-line.ts';
import type { ClusterUrls } from '../../support/cluster.ts';
import type { Fault } from './fault.ts';
import { PostgresServer } from './harness/postgres-server.ts';
import { asTable, inFull, type Report } from './harness/report.ts';
import { Run } from './harness/run.ts';
import { FAULTS } from './list.ts';

const USAGE = `Usage: npm run proof:faults -- [options]
Kills, cuts, full disks, fail-over ... under load; what was acknowledged must be there. Exits with 1 where it is not.
  --only 1,3    by number; 5 is 5.1, 5.2 and so on. All if left out:
${FAULTS.map(({ number, title }) => `                ${number} ${title}`).join('\n')}
  --seed N      the same again
  --seconds N   of each round; the fault's own if left out
  --rounds N    of each fault; its own if left out`;

const text = { type: 'string' } as const;
const OPTIONS = { only: text, seed: text, seconds: text, rounds: text };

/** A PostgreSQL of its own; what starts API processes asks the environment for the cluster. */
async function ground(): Promise<PostgresServer> {
  const server = await PostgresServer.make();
  const { adminUrl, ownerUrl, applicationUrl } = server;
  process.env.TEST_CLUSTER = JSON.stringify({ adminUrl, ownerUrl, applicationUrl } satisfies ClusterUrls);
  return server;
}

/** `npm run proof:faults`: plays faults one after the other. */
async function prove(values: Values<typeof OPTIONS>): Promise<0 | 1> {
  const chosen = faultsOf(values.only);
  const seed = wholeNumber('seed', values.seed, randomInt(1_000_000));
  const rounds = wholeNumber('rounds', values.rounds, undefined, 1);
  const seconds = wholeNumber('seconds', values.seconds, undefined, 1);
  const reports: Report[] = [];
  const notRun: string[] = [];
  for (const fault of chosen) {
    const lacks = await fault.lacks?.();
    if (lacks) {
      notRun.push(`Fault ${fault.number} (${fault.title}) was NOT run: ${lacks}`);
      continue;
    }
    console.log(`\nFault ${fault.number}: ${fault.title}, seed ${seed}`);
    const report = await Run.of(fault, {
      seed,
      ground,
      tell: (line) => console.log(`  ${line}`),
      ...(rounds !== undefined && { rounds }),
      ...(seconds !== undefined && { seconds }),
    });
    console.log(`\n${inFull(report)}`);
    reports.push(report);
  }
  console.log(`\n${asTable(reports)}`);
  for (const line of notRun) console.log(`\n${line}`);
  // what was asked for by its number has to be run
  const isShort = values.only !== undefined && notRun.length > 0;
  return isShort || reports.some(({ violations }) => violations.length) ? 1 : 0;
}

function faultsOf(only: string | undefined): Fault[] {
  const numbers = only?.split(',').map(Number);
  const chosen = FAULTS.filter(
    ({ number }) => numbers?.some((one) => one === number || one === Math.floor(number)) ?? true,
  );
  if (!chosen.length) throw new BadOption(`There are the faults ${FAULTS.map(({ number }) => number).join(', ')}.`);
  return chosen;
}

process.exitCode = await runCommand({ usage: USAGE, options: OPTIONS, run: prove });
