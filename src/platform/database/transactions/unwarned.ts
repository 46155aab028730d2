import type { PoolClient, QueryResult } from 'pg';
import { WARNING } from '../connection/sql-errors.ts';

/** PostgreSQL did what was asked, and warned. */
export class Warned extends Error {
  readonly code = WARNING;
}

/**
 * Runs a statement of which a warning is no success.
 *
 * @throws Warned what COMMIT warns of is that it did not wait for the standby: done here, and lost with this server
 */
export async function unwarned(client: PoolClient, text: string): Promise<QueryResult> {
  let warning: string | undefined;
  const note = (notice: { code: string | undefined; message: string | undefined }): void => {
    if (notice.code === WARNING) warning = notice.message ?? '';
  };
  client.on('notice', note);
  try {
    const answer = await client.query(text, []);
    if (warning !== undefined) throw new Warned(warning);
    return answer;
  } finally {
    client.off('notice', note);
  }
}
