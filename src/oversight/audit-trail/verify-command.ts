import { runCommand } from '../../foundation/command-line/command-line.ts';
import { ownerLogin } from '../../platform/database/owner-login.ts';
import { sqlStateOf } from '../../platform/database/connection/sql-errors.ts';
import { readAnchors, writeAnchors, type Anchor } from './anchors.ts';
import type { Difference } from './trail-checks.ts';
import { verifyTrail, type Verification } from './verify-trail.ts';

export const ExitCode = {
  CLEAN: 0,
  DIFFERENT: 1,
  /** Wrong usage, or the database could not be read: nothing is known of the trail. */
  NOT_CHECKED: 2,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const USAGE = `Usage: npm run audit:verify -- [--anchors FILE] [--write-anchors FILE]
Recomputes the seals of the audit trail in the database of DATABASE_MIGRATION_URL, DATABASE_URL or DATA_DIR, and changes
nothing there. --anchors compares with hashes of earlier runs; --write-anchors adds the newest ones to a file if all is
well. Exits with 0 if all is well, 1 if anything is not, 2 if it could not check.`;

const OPTIONS = { anchors: { type: 'string' }, 'write-anchors': { type: 'string' } } as const;

/** `npm run audit:verify`: tells each difference in a line, ids and instants alone. */
export function verifyCommand(
  words: readonly string[],
  variables: NodeJS.ProcessEnv,
  tell: (line: string) => void,
): Promise<ExitCode> {
  const run = (files: Files): Promise<ExitCode> => verifyAndTell(files, variables, tell);
  return runCommand({ usage: USAGE, options: OPTIONS, run }, words, tell);
}

type Files = Partial<Record<keyof typeof OPTIONS, string>>;

async function verifyAndTell(
  files: Files,
  variables: NodeJS.ProcessEnv,
  tell: (line: string) => void,
): Promise<ExitCode> {
  const start = performance.now();
  try {
    const anchors = files.anchors ? await readAnchors(files.anchors) : [];
    const found = await verify(variables, anchors);
    report(found, tell, start);
    if (found.total) return ExitCode.DIFFERENT;
    if (files['write-anchors']) await writeAnchors(files['write-anchors'], found.heads, new Date());
    return ExitCode.CLEAN;
  } catch (error) {
    tell(`Not checked. ${reasonOf(error)}`);
    return ExitCode.NOT_CHECKED;
  }
}

async function verify(variables: NodeJS.ProcessEnv, anchors: readonly Anchor[]): Promise<Verification> {
  const login = await ownerLogin(variables);
  try {
    return await verifyTrail(login.url, anchors);
  } finally {
    await login.close();
  }
}

function report(
  { differences, total, heads, events, unsealed }: Verification,
  tell: (line: string) => void,
  start: number,
): void {
  for (const difference of differences) tell(lineOf(difference));
  if (total > differences.length) tell(`... and ${total - differences.length} more`);
  for (const { organizationId, seq, hash } of heads) tell(`organization ${organizationId ?? '-'}: seal ${seq} ${hash}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  tell(
    `${total ? `${total} differences` : 'No differences'}: ${events} events checked in ${seconds} s, ${unsealed} of them not yet sealed.`,
  );
}

function lineOf({ problem, organizationId, eventId, seal, what }: Difference): string {
  const places = [
    ...(eventId ? [`event ${eventId}`] : []),
    ...(seal ? [`seal ${seal}`] : []),
    ...(eventId || seal ? [`organization ${organizationId ?? '-'}`] : []),
  ];
  return `${problem}: ${[...places, ''].join(', ').replace(/, $/, ' ')}${what}`;
}

function reasonOf(error: unknown): string {
  if (['42P01', '3F000'].includes(sqlStateOf(error) ?? ''))
    return 'The database has no seals yet: npm run migration:run makes the tables.';
  // a refused connection to a host of several addresses has no message, only a code
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
