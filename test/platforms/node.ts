import { execFileSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { onEach } from './command.ts';
import { fetched } from './packages.ts';
import type { Platform } from './suite.ts';

const USAGE = `Usage: npm run test:node -- MAJOR... [-- WORDS FOR JEST]
Runs the tests on the newest Node.js of each major version, which the npm package node carries, such as
npm run test:node -- 22 24 26, or npm run test:node -- 26 -- test/e2e/booking`;

/** First in PATH, it is what the tests run on, and what they start in turn. */
async function platformOf(major: number): Promise<Platform> {
  const bin = join(await fetched('node', String(major)), 'bin');
  const program = '`${process.versions.node} (${process.release.lts ?? "no LTS"})`';
  const version = execFileSync(join(bin, 'node'), ['-p', program], { encoding: 'utf8' }).trim();
  return { name: `Node.js ${version}`, variables: { PATH: [bin, process.env.PATH].join(delimiter) } };
}

process.exitCode = await onEach(USAGE, platformOf);
