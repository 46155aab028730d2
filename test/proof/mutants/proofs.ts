import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Proof } from './mutant.ts';

/** What the tests said of a tree. */
export interface Finding {
  /** One line for each test that failed: its file, its name, and how. */
  readonly found: readonly string[];
  /** Constraints and guards that refused something on the way. */
  readonly walls: readonly string[];
}

const LONGEST_OF_A_FILE_MS = 600_000;
const MOST_TOLD = 2;
const WALLS = new RegExp(
  '\\b(?:authorizations|ledger_entries|appointments|sessions|idempotency_keys)_(?:never_overdrawn|seq|held|kind|balances|' +
    'consumed_once|hold_while_live|practitioner_free|patient_free|one_per_appointment|key)\\b|changed behind its lock',
  'g',
);

interface Report {
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * Runs tests of a tree by jest, as `npm test` does.
 *
 * @throws Error they could not be run at all, which says nothing of what they would have found
 */
export async function proved(folder: string, proofs: readonly Proof[]): Promise<Finding> {
  const file = join(folder, 'report.json');
  await rm(file, { force: true });
  const files = [...new Set(proofs.map((proof) => proof.file))];
  const tests = [...new Set(proofs.map((proof) => proof.tests))].join('|');
  const words = [...files, '-t', tests, '--json', `--outputFile=${file}`];
  const output = await jest(folder, words, files.length * LONGEST_OF_A_FILE_MS);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) throw new Error(`jest ended without a report:\n${output.slice(-2_000)}`);
  const report = JSON.parse(text) as Report;
  if (report.numRuntimeErrorTestSuites > 0)
    throw new Error(
      `Not run:\n${report.testResults
        .map(({ message }) => message)
        .join('\n')
        .slice(0, 2_000)}`,
    );
  const failures = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => {
        const test = name.slice(folder.length + 1).replace(/^.*\//, '');
        return `${test}: ${fullName.replace(/^.*?, when |^.* when /, 'when ')}: ${reasonIn(failureMessages.join('\n'))}`;
      }),
  );
  const rest = failures.length - MOST_TOLD;
  const found = [...failures.slice(0, MOST_TOLD), ...(rest > 0 ? [`and ${rest} more`] : [])];
  return { found, walls: [...new Set(output.match(WALLS) ?? [])] };
}

function jest(folder: string, words: readonly string[], longestMs: number): Promise<string> {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...flags, 'node_modules/jest/bin/jest.js', ...words], {
    cwd: folder,
    env: { ...process.env, PROOF_SEED: '1', PROOF_RUNS: '4' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGINT'), longestMs);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve) =>
    child.once('close', () => {
      clearTimeout(timer);
      resolve(output);
    }),
  );
}

/** How the histories, or an assertion, put it. */
function reasonIn(message: string): string {
  const reasons = [
    ...(message.includes('No serial order') ? ['no serial order explains the answers'] : []),
    ...new Set([...message.matchAll(/Invariant (\w+)/g)].map(([, name]) => name!)),
    ...(message.includes('INTERNAL_SERVER_ERROR') ? ['INTERNAL_SERVER_ERROR'] : []),
  ];
  const [first = ''] = stripVTControlCharacters(message).split('\n');
  return reasons.length ? reasons.join(', ') : first.replace(/^Error: expect.*/, 'not as expected').slice(0, 120);
}
