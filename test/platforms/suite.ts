import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the suite runs. */
export interface Platform {
  /** Such as `Node.js 26.10.0`. */
  readonly name: string;
  /** What tells the suite, and all processes that its tests start, to run there. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The whole suite, or what jest is told of it, on one platform after the other. @returns the exit code, 0 if all passed everywhere */
export async function runEverywhere(platforms: readonly Platform[], jest: readonly string[]): Promise<0 | 1> {
  const lines: string[] = [];
  let failed = false;
  for (const platform of platforms) {
    console.log(`\n${platform.name}`);
    const { passed, told } = await run(platform, jest);
    failed ||= !passed;
    lines.push(`${platform.name}: ${told}`);
  }
  console.log(`\n${lines.join('\n')}`);
  return failed ? 1 : 0;
}

async function run({ variables }: Platform, jest: readonly string[]): Promise<{ passed: boolean; told: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'therapy-platform-'));
  try {
    const results = join(folder, 'results.json');
    const child = spawn('npm', ['test', '--', '--json', `--outputFile=${results}`, ...jest], {
      stdio: 'inherit',
      env: { ...process.env, ...variables },
    });
    const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('exit', done));
    return { passed: code === 0, told: await countsIn(results) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Counts {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

/** jest leaves no file, or an empty one, when it crashes. */
async function countsIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (!text) return 'jest left no result';
  const counts = JSON.parse(text) as Counts;
  const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = counts;
  const rest = [
    numPendingTests ? `, ${numPendingTests} skipped` : '',
    numRuntimeErrorTestSuites ? `, ${numRuntimeErrorTestSuites} files that could not run` : '',
  ];
  return `${numPassedTests} tests passed, ${numFailedTests} failed${rest.join('')}`;
}
