import 'reflect-metadata';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { ClusterUrls } from '../../support/cluster.ts';
import { PostgresServer } from './harness/postgres-server.ts';
import { asTable, inFull, type Report } from './harness/report.ts';
import { Run } from './harness/run.ts';
import { FAULTS } from './list.ts';

/** `npm run proof:faults -- --only 1,3 --seed S --seconds N --rounds N`: plays faults one after the other. */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string' },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const only = values.only?.split(',').map(Number);
// 5 is 5.1, 5.2 and so on
const chosen = FAULTS.filter(({ number }) => only?.some((one) => one === number || one === Math.floor(number)) ?? true);
if (!chosen.length) throw new Error(`There are the faults ${FAULTS.map(({ number }) => number).join(', ')}.`);
const seed = Number(values.seed ?? randomInt(1_000_000));

/** A PostgreSQL of its own; what starts API processes asks the environment for the cluster. */
async function ground(): Promise<PostgresServer> {
  const server = await PostgresServer.make();
  const { adminUrl, ownerUrl, applicationUrl } = server;
  process.env.TEST_CLUSTER = JSON.stringify({ adminUrl, ownerUrl, applicationUrl } satisfies ClusterUrls);
  return server;
}

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
    ...(values.rounds !== undefined && { rounds: Number(values.rounds) }),
    ...(values.seconds !== undefined && { seconds: Number(values.seconds) }),
  });
  console.log(`\n${inFull(report)}`);
  reports.push(report);
}
console.log(`\n${asTable(reports)}`);
for (const line of notRun) console.log(`\n${line}`);
// what was asked for by its number has to be run
const isShort = only !== undefined && notRun.length > 0;
process.exitCode = isShort || reports.some(({ violations }) => violations.length) ? 1 : 0;
