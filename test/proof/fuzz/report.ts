import type { Failure, Result } from './fuzz.ts';
import type { Sent } from './input.ts';
import type { Tally } from './tally.ts';

const LONGEST = 4_000;

/** A run in words: what was sent, what came back, and how much of the API answered at all. */
export function reportOf({ tally, callable }: Pick<Result, 'tally' | 'callable'>): string {
  const { succeeded, refused, fields, allFields, slowest } = tally;
  const never = callable.filter((name) => !succeeded.has(name));
  return [
    `${tally.inputs} inputs`,
    ...listed('By kind', tally.kinds),
    ...listed('Answers', tally.answers),
    `Slowest: ${Math.round(slowest.milliseconds)} ms, ${slowest.what}`,
    `Answered with success: ${succeeded.size} of ${callable.length} queries, mutations and endpoints`,
    ...(never.length ? [`  never: ${never.join(', ')}`] : []),
    `Refused at least once: ${callable.filter((name) => refused.has(name)).length} of ${callable.length}`,
    `Fields reached with success: ${fields.size} of ${allFields.length}`,
    `  never: ${allFields.filter((name) => !fields.has(name)).join(', ') || 'none'}`,
  ].join('\n');
}

export function failureText({ seed, only, subject, kind, caller, sent, faults }: Failure): string {
  return [
    `${subject}, ${kind}, by ${caller}: ${faults.join('; ')}`,
    `  npm run proof:fuzz -- --seed ${seed} --only '${only}'`,
    `  ${sentText(sent)}`,
  ].join('\n');
}

function sentText({ method, url, headers, body, bytes }: Sent): string {
  if (bytes) return JSON.stringify(bytes.toString('latin1')).slice(0, LONGEST);
  const shown = Object.entries(headers).map(
    ([name, value]) => `${name}: ${name === 'authorization' ? '(token)' : value}`,
  );
  return `${method} ${url.slice(0, LONGEST)} [${shown.join(', ').slice(0, LONGEST)}] ${(body ?? '').slice(0, LONGEST)}`;
}

function listed(title: string, counts: Tally['kinds']): string[] {
  const rows = [...counts].sort(([, one], [, other]) => other - one);
  return [`${title}:`, ...rows.map(([name, number]) => `  ${String(number).padStart(7)}  ${name}`)];
}
