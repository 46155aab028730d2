import type { Call } from './call.ts';
import type { Change } from './changes.ts';
import type { Settled } from './settle.ts';

/** What is told of a fault that was played. */
export interface Report {
  readonly number: number;
  readonly title: string;
  readonly seed: number;
  /** How often it broke. */
  readonly rounds: number;
  readonly seconds: number;
  readonly calls: number;
  readonly attempts: number;
  /** Calls that were acknowledged in the end. */
  readonly acknowledged: number;
  /** Attempts that were refused, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Attempts under load that nobody knew the outcome of, by what was seen instead. */
  readonly unknown: Readonly<Record<string, number>>;
  /** How many of those turned out to have been done. */
  readonly unknownDone: number;
  /** Calls with a key that were open after the load; another attempt settled each. */
  readonly reopened: number;
  /** Calls that were done and sent once more with their key. */
  readonly repeated: number;
  /** From each break to the first success of a call sent after it, in milliseconds. */
  readonly recoveries: readonly number[];
  readonly violations: readonly string[];
}

export type Figures = Omit<Report, 'number' | 'title' | 'seed' | 'rounds' | 'seconds'>;

export function figures(
  settled: Settled,
  changes: readonly Change[],
  rest: Pick<Report, 'recoveries' | 'violations'>,
): Figures {
  const { calls, reopened, repeated } = settled;
  const attempts = calls.flatMap((call) => call.attempts);
  const isUnknown = (attempt: Call['attempts'][number]): boolean => attempt.outcome.verdict === 'unknown';
  return {
    calls: calls.length,
    attempts: attempts.length,
    acknowledged: calls.filter((call) => call.attempts.some(({ outcome }) => outcome.verdict === 'acknowledged'))
      .length,
    refused: countBy(attempts.flatMap(({ outcome }) => (outcome.verdict === 'refused' ? [outcome.code] : []))),
    unknown: countBy(attempts.flatMap(({ outcome }) => (outcome.verdict === 'unknown' ? [outcome.code] : []))),
    unknownDone: changes.filter(({ attempt }) => isUnknown(attempt)).length,
    reopened,
    repeated,
    ...rest,
  };
}

/** One fault in full. */
export function inFull(report: Report): string {
  const lines: [string, string | number][] = [
    ['seed', report.seed],
    ['breaks', report.rounds],
    ['seconds', report.seconds],
    ['calls', `${report.calls} in ${report.attempts} attempts`],
    ['acknowledged', `${report.acknowledged} calls`],
    ['refused', `${sum(report.refused)} attempts: ${counts(report.refused)}`],
    ['unknown', `${sum(report.unknown)} attempts: ${counts(report.unknown)}; ${report.unknownDone} of them were done`],
    ['settled by their key', `${report.reopened} that were open, ${report.repeated} that were done`],
    ['first success after', spread(report.recoveries)],
    ['violations', report.violations.length],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return [
    `Fault ${report.number}: ${report.title}`,
    ...lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    ...report.violations.map((violation) => `  VIOLATION ${violation}`),
  ].join('\n');
}

/** All of them, a line each, as a table of Markdown. */
export function asTable(reports: readonly Report[]): string {
  const rows = reports.map((report) => [
    `${report.number} ${report.title}`,
    report.seed,
    report.rounds,
    report.calls,
    report.acknowledged,
    sum(report.refused),
    `${sum(report.unknown)} (${report.unknownDone})`,
    spread(report.recoveries),
    report.violations.length,
  ]);
  const head = [
    'fault',
    'seed',
    'breaks',
    'calls',
    'acknowledged',
    'refused',
    'unknown (done)',
    'first success',
    'violations',
  ];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function spread(recoveries: readonly number[]): string {
  if (!recoveries.length) return '-';
  const sorted = [...recoveries].sort((one, other) => one - other);
  const at = (index: number): number => Math.round(sorted[index]!);
  return `${at(0)} / ${at(sorted.length >> 1)} / ${at(sorted.length - 1)} ms (min / median / max of ${sorted.length})`;
}

function countBy(codes: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const code of codes) found[code] = (found[code] ?? 0) + 1;
  return found;
}

function counts(of: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(of).sort(([, one], [, other]) => other - one);
  return sorted.map(([code, count]) => `${code} ${count}`).join(', ') || 'none';
}

function sum(of: Readonly<Record<string, number>>): number {
  return Object.values(of).reduce((total, count) => total + count, 0);
}
