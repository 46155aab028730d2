import { BadOption, runCommand } from '../../foundation/command-line/command-line.ts';
import { ownerLogin } from '../../platform/database/owner-login.ts';
import { archiveMonths, NotArchived } from './archive-months.ts';

const USAGE = `Usage: npm run audit:archive -- --before YYYY-MM [--tablespace NAME]
Puts the months before that one away, in the schema archive of the database of DATABASE_MIGRATION_URL, DATABASE_URL or
DATA_DIR, and if asked for in another tablespace. No event is removed: the API and audit:verify see them as before.`;

const OPTIONS = { before: { type: 'string' }, tablespace: { type: 'string' } } as const;

/** `npm run audit:archive`: the owner's, not the application's. Answers the exit code. */
export function archiveCommand(
  words: readonly string[],
  variables: NodeJS.ProcessEnv,
  tell: (line: string) => void,
): Promise<0 | 2> {
  const run = ({ before, tablespace }: Partial<Record<keyof typeof OPTIONS, string>>): Promise<0 | 2> => {
    if (!before) throw new BadOption('--before YYYY-MM is missing: the first month that stays.');
    return archiveAndTell(before, tablespace, variables, tell);
  };
  return runCommand({ usage: USAGE, options: OPTIONS, run }, words, tell);
}

async function archiveAndTell(
  before: string,
  tablespace: string | undefined,
  variables: NodeJS.ProcessEnv,
  tell: (line: string) => void,
): Promise<0 | 2> {
  try {
    const login = await ownerLogin(variables);
    try {
      const { filed, moved } = await archiveMonths(login.url, before, tablespace);
      if (filed) tell(`${filed} events were filed in their months.`);
      tell(moved.length ? `Archived: ${moved.join(', ')}.` : 'Nothing to archive.');
      return 0;
    } finally {
      await login.close();
    }
  } catch (error) {
    const { message, code } = error as { message?: string; code?: string };
    tell(error instanceof NotArchived ? error.message : `Not archived, or not all of it. ${message || (code ?? '')}`);
    return 2;
  }
}
