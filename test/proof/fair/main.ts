import 'reflect-metadata';
import { randomInt } from 'node:crypto';
import { BadOption, runCommand, wholeNumber, type Values } from '../../../src/foundation/command-line/command-line.ts';
import { POOLINGS } from '../../../src/platform/config/environment.ts';
import type { ClusterUrls } from '../../support/cluster.ts';
import { startPgBouncer, through } from '../../support/pgbouncer.ts';
import { PostgresServer } from '../faults/harness/postgres-server.ts';
import type { Attack } from './attack.ts';
import { ATTACKS } from './attacks/list.ts';
import { fair, type Seconds } from './fair.ts';
import { violationsOf } from './judge.ts';
import { asLine, asTable } from './report.ts';

const USAGE = `Usage: npm run proof:fair -- [options]
Attackers with accounts of one practice, or none, ask for more than their share; another practice books, lists and signs in beside
them. Exits with 1 where those were refused, or slower than 5 times their quiet p95, a process ended, or grew beyond its bound.
It needs Linux: memory is read from /proc, and each attack calls from an address of its own in 127.0.0.0/8.
  --only a,b            by name. All if left out:
${ATTACKS.map(({ name, who, title }) => `                          ${name.padEnd(24)}${who}: ${title}`).join('\n')}
  --seconds N           in all, 600 if left out
  --seed N              the same again
  --processes N         of the API, 1 if left out
  --pooling WAY         ${POOLINGS.join(' or ')}: straight, which it is if left out, or by way of PgBouncer in transaction mode`;

const text = { type: 'string' } as const;
const OPTIONS = { only: text, seconds: text, seed: text, processes: text, pooling: text };

/** 400 visits each: 30,000. */
const WEEKS = 75;
const WARM_UP_SECONDS = 8;
const REST_SECONDS = 5;
/** A process of attackers takes so long to start. */
const START_SECONDS = 2;
const LEAST_SECONDS = 3;

async function prove(values: Values<typeof OPTIONS>): Promise<0 | 1> {
  const attacks = attacksOf(values.only);
  const seed = wholeNumber('seed', values.seed, randomInt(1_000_000));
  const processes = wholeNumber('processes', values.processes, 1, 1);
  const seconds = secondsOf(wholeNumber('seconds', values.seconds, 600, 1), attacks.length);
  console.log(`--seed ${seed} --processes ${processes}: ${attacks.length} attacks of ${seconds.attack} s each`);
  const { ground, close } = await groundOf(poolingOf(values.pooling));
  try {
    const tell = (played: Parameters<typeof asLine>[0]): void => console.log(asLine(played));
    const result = await fair({ attacks, seed, seconds, processes, weeks: WEEKS, ground, tell });
    console.log(`\n${asTable(result)}`);
    const violations = violationsOf(result);
    for (const violation of violations) console.log(`\n${violation}`);
    console.log(`\n${violations.length} violations.`);
    return violations.length ? 1 : 0;
  } finally {
    await close();
  }
}

/** What is left of all for each attack: three parts of it, and two of quiet. */
function secondsOf(all: number, attacks: number): Seconds {
  const each = (all - WARM_UP_SECONDS) / (attacks + 1) - START_SECONDS - REST_SECONDS;
  const share = (of: number): number => Math.max(LEAST_SECONDS, Math.round(each * of));
  return { warmUp: WARM_UP_SECONDS, attack: share(0.6), rest: REST_SECONDS, quiet: share(0.4) };
}

/** A PostgreSQL as in production; what starts API processes asks the environment for the way to it. */
async function groundOf(pooling: string): Promise<{ ground: ClusterUrls; close: () => Promise<void> }> {
  const server = await PostgresServer.make();
  const { adminUrl, ownerUrl, applicationUrl } = server;
  const pooler = pooling === 'transaction' ? await startPgBouncer(applicationUrl) : undefined;
  const ground = {
    adminUrl,
    ownerUrl,
    applicationUrl: pooler ? through(pooler, applicationUrl) : applicationUrl,
    pooled: pooler !== undefined,
  };
  process.env.TEST_CLUSTER = JSON.stringify(ground satisfies ClusterUrls);
  return {
    ground,
    close: async () => {
      await pooler?.stop();
      await server.stop();
    },
  };
}

function attacksOf(only: string | undefined): Attack[] {
  const names = only?.split(',');
  const unknown = names?.find((name) => !ATTACKS.some((attack) => attack.name === name));
  if (unknown !== undefined) throw new BadOption(`There is no attack ${unknown}.`);
  return ATTACKS.filter(({ name }) => names?.includes(name) ?? true);
}

function poolingOf(given: string | undefined): string {
  const pooling = POOLINGS.find((each) => each === (given ?? 'session'));
  if (!pooling) throw new BadOption(`--pooling is one of ${POOLINGS.join(', ')}.`);
  return pooling;
}

process.exitCode = await runCommand({ usage: USAGE, options: OPTIONS, run: prove });
