import type { Fares, Played, Result } from './fair.ts';
import { KINDS, type Kinds } from './load/victims.ts';

/** How much slower a victim's p95 may be than in quiet. */
export const MOST_SLOWNESS = 5;
/** Smaller figures are noise. */
const LEAST_QUIET_MS = 20;
/** Of a process with the heap of `npm start`, 400 MB, and what is beside it: code, buffers, stacks. */
export const MOST_MEMORY_MB = 700;

/** What is wrong whatever the machine: whoever means well is answered, no process ends or grows, refusals say what they should. */
export function faultsOf({ attack, answers, beside, after, colleague, memoryMb, dead }: Played): string[] {
  const faults = [...dead];
  for (const [when, fares] of [
    ['beside it', beside],
    ['after it', after],
  ] as const)
    for (const [code, times] of Object.entries(refusalsOf(fares)))
      faults.push(`${when} victims were told ${code} ${times} times`);
  if (colleague !== 'OK') faults.push(`after it somebody of the attackers' practice was told ${colleague}`);
  const most = Math.round(memoryMb);
  if (most > MOST_MEMORY_MB) faults.push(`a process took ${most} MB, where ${MOST_MEMORY_MB} are the bound`);
  const expected = new Set<string>(['OK', 'HELD', ...attack.answers]);
  for (const [code, times] of Object.entries(answers))
    if (!expected.has(code))
      faults.push(`${attack.isHonest ? 'who means well' : 'the attackers'} got ${code} ${times} times`);
  if (!Object.keys(answers).length) faults.push('the attackers had no answer at all');
  return faults;
}

/** Where the victims were much slower than in quiet: says something on a machine that does little else. */
export function delaysOf({ beside, after }: Played, quiet: Fares): string[] {
  return KINDS.flatMap((kind) => [
    ...delayOf(kind, 'beside it', beside, quiet),
    ...delayOf(kind, '5 s after it', after, quiet),
  ]);
}

export function refusalsOf(fares: Fares): Record<string, number> {
  const all: Record<string, number> = {};
  for (const kind of KINDS)
    for (const [code, times] of Object.entries(fares[kind].refused)) all[code] = (all[code] ?? 0) + times;
  return all;
}

/** All that was violated, by attack. */
export function violationsOf({ quiet, played }: Result): string[] {
  return [
    ...Object.entries(refusalsOf(quiet)).map(([code, times]) => `in quiet victims were told ${code} ${times} times`),
    ...played.flatMap((one) =>
      [...faultsOf(one), ...delaysOf(one, quiet)].map((violation) => `${one.attack.name}: ${violation}`),
    ),
  ];
}

function delayOf(kind: Kinds, when: string, fares: Fares, quiet: Fares): string[] {
  const { p95 } = fares[kind].latency;
  const bar = MOST_SLOWNESS * Math.max(LEAST_QUIET_MS, quiet[kind].latency.p95);
  return p95 <= bar ? [] : [`${when} the p95 of ${kind} was ${p95.toFixed(0)} ms, where ${bar.toFixed(0)} are the bar`];
}
