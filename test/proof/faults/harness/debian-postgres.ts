import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';

const NEEDED = ['initdb', 'postgres', 'pg_basebackup'];

/** The folder with the programs of a whole PostgreSQL; the one that comes with the project has no pg_basebackup. */
export const PG_BIN = process.env.PG_BIN ?? '/usr/lib/postgresql/15/bin';

/** What to do where they are not there; undefined where they are. */
export async function lacksPostgres(): Promise<string | undefined> {
  try {
    for (const name of NEEDED) await access(join(PG_BIN, name), constants.X_OK);
    return undefined;
  } catch {
    return `there is no ${NEEDED.join(', ')} in ${PG_BIN}. On Debian: apt-get install postgresql-15. Elsewhere: set PG_BIN to their folder.`;
  }
}
