import type { Fares, Played, Result } from './fair.ts';
import { refusalsOf } from './judge.ts';
import { KINDS } from './load/victims.ts';

const COLUMNS = ['attack', 'who', ...KINDS.map((kind) => `${kind} p50 / p95`), 'refused', 'MB', 'attackers were told'];

/** Attackers by how the victims fared, in milliseconds. */
export function asTable({ quiet, quietMemoryMb, played }: Result): string {
  const rows = [
    COLUMNS,
    ['(quiet)', '', ...faresOf(quiet), countsOf(refusalsOf(quiet)), quietMemoryMb.toFixed(0), ''],
    ...played.map(rowOf),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join('\n');
}

/** In one line, while it runs. */
export function asLine({ attack, answers, beside, after, memoryMb }: Played): string {
  const refused = refusalsOf(beside);
  return (
    `${attack.name}: ${KINDS.map((kind, nth) => `${kind} ${faresOf(beside)[nth]}, then ${faresOf(after)[nth]}`).join('; ')} ms; ` +
    `${Object.keys(refused).length ? `victims were told ${countsOf(refused)}; ` : ''}${memoryMb.toFixed(0)} MB; attackers were told ${countsOf(answers)}`
  );
}

function rowOf({ attack, answers, beside, memoryMb }: Played): string[] {
  const who = attack.isHonest ? `${attack.who}, who means well` : attack.who;
  const figures = [...faresOf(beside), countsOf(refusalsOf(beside)), memoryMb.toFixed(0)];
  return [attack.name, attack.isCrowd ? `${attack.who}s` : who, ...figures, countsOf(answers)];
}

function faresOf(fares: Fares): string[] {
  return KINDS.map((kind) => {
    const { p50, p95 } = fares[kind].latency;
    return `${p50.toFixed(0)} / ${p95.toFixed(0)}`;
  });
}

function countsOf(counts: Readonly<Record<string, number>>): string {
  const each = Object.entries(counts).sort(([, one], [, other]) => other - one);
  return each.map(([code, times]) => `${code} ${times}`).join(', ') || '-';
}
