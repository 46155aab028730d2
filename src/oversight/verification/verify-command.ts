import { runCommand } from '../../foundation/command-line/command-line.ts';
import { ownerLogin } from '../../platform/database/owner-login.ts';
import { sqlStateOf } from '../../platform/database/connection/sql-errors.ts';
import { verifyLedger, type Verification } from './verify-ledger.ts';

export const ExitCode = {
  CLEAN: 0,
  BREACHED: 1,
  /** Wrong usage, or the database could not be read: nothing is known of the ledger. */
  NOT_CHECKED: 2,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const USAGE = `Usage: npm run ledger:verify
Checks every authorization's entries, balances, appointments and sessions, and that the audit trail tells of each of
their changes, in the database of DATABASE_MIGRATION_URL, DATABASE_URL or DATA_DIR, and changes nothing. Exits with 0 if all is well, 1 if anything is not, 2 if it could not check.`;

/** `npm run ledger:verify`: tells each difference in a line, ids and numbers alone. */
export function verifyCommand(
  words: readonly string[],
  variables: NodeJS.ProcessEnv,
  tell: (line: string) => void,
): Promise<ExitCode> {
  return runCommand({ usage: USAGE, options: {}, run: () => verifyAndTell(variables, tell) }, words, tell);
}

async function verifyAndTell(variables: NodeJS.ProcessEnv, tell: (line: string) => void): Promise<ExitCode> {
  const start = performance.now();
  try {
    const { breaches, checked } = await verify(variables);
    for (const breach of breaches) tell(lineOf(breach));
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    tell(
      `${breaches.length ? `${breaches.length} differences` : 'No differences'}: ${checked.authorizations} authorizations, ` +
        `${checked.entries} entries, ${checked.appointments} appointments, ${checked.sessions} sessions checked in ${seconds} s.`,
    );
    return breaches.length ? ExitCode.BREACHED : ExitCode.CLEAN;
  } catch (error) {
    tell(`Not checked. ${reasonOf(error)}`);
    return ExitCode.NOT_CHECKED;
  }
}

async function verify(variables: NodeJS.ProcessEnv): Promise<Verification> {
  const login = await ownerLogin(variables);
  try {
    return await verifyLedger(login.url);
  } finally {
    await login.close();
  }
}

function lineOf(breach: Verification['breaches'][number]): string {
  const { invariant, authorization_id: authorization, organization_id: organization, what, expected, found } = breach;
  return `${invariant}: authorization ${authorization ?? '-'}, organization ${organization ?? '-'}, ${what}: expected ${expected}, found ${found}`;
}

function reasonOf(error: unknown): string {
  if (sqlStateOf(error) === '42P01') return 'The database has no tables yet: npm run migration:run makes them.';
  // a refused connection to a host of several addresses has no message, only a code
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
