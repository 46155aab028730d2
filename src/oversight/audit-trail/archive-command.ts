import { parseArgs } from 'node:util';
import { ownerLogin } from '../../platform/database/owner-login.ts';
import { archiveMonths, NotArchived } from './archive-months.ts';

const USAGE = `Usage: npm run audit:archive -- --before YYYY-MM [--tablespace NAME]
Puts the months before that one away, in the schema archive of the database of DATABASE_MIGRATION_URL, DATABASE_URL or
DATA_DIR, and if asked for in another tablespace. No event is removed: the API and audit:verify see them as before.`;

/** `npm run audit:archive`: the owner's, not the application's. Answers the exit code. */
export async function archiveCommand(
  words: readonly string[],
  variables: NodeJS.ProcessEnv,
  tell: (line: string) => void,
): Promise<0 | 2> {
  const options = optionsOf(words);
  if (!options?.before) {
    tell(USAGE);
    return 2;
  }
  try {
    const login = await ownerLogin(variables);
    try {
      const { filed, moved } = await archiveMonths(login.url, options.before, options.tablespace);
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

function optionsOf(words: readonly string[]): { before?: string; tablespace?: string } | undefined {
  try {
    const options = { before: { type: 'string' }, tablespace: { type: 'string' } } as const;
    return parseArgs({ args: [...words], options }).values;
  } catch {
    return undefined;
  }
}
