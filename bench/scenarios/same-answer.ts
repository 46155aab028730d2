import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { Connection } from '../load/connection.ts';
import type { Query } from '../load/job.ts';
import { asClient } from '../stage/server.ts';
import type { Database } from '../stage/database.ts';

interface Answer {
  readonly data: { readonly appointments: { readonly nodes: readonly object[] } };
}

/** The values of a floor's variables. */
export type Given = Readonly<Record<string, string>>;

/**
 * Asks the API and the floor's statement the same, once.
 *
 * @param script name of one in bench/floors, whose one statement begins with SELECT json_build_object
 * @throws Error they give different rows: then their speeds are not to be compared
 */
export async function requireSameAnswer(
  database: Database,
  url: string,
  { text, requests: [request] }: Query,
  script: string,
  given: Given,
): Promise<void> {
  const connection = new Connection(url);
  const told = await connection.post(JSON.stringify({ query: text, variables: request!.variables }), request!.token);
  connection.close();
  const ours = rowsOf(JSON.parse(told) as Answer);
  const theirs = rowsOf(await askFloor(database, script, given));
  if (!isDeepStrictEqual(ours, theirs))
    throw new Error(`The floor of ${script} gives other rows:\n${JSON.stringify([ours, theirs]).slice(0, 2_000)}`);
}

async function askFloor({ ownerUrl }: Database, script: string, given: Given): Promise<Answer> {
  const [, statement = ''] =
    /^(SELECT json_build_object.*?;)$/ms.exec(await readFile(`bench/floors/${script}.sql`, 'utf8')) ?? [];
  const text = statement.replace(/(?<!:):([a-z_]+)/g, (_, name: string) => pg.escapeLiteral(given[name]!));
  return asClient(ownerUrl, async (client) => {
    await client.query(`SELECT set_config('app.organization_id', $1, false)`, [given.organization]);
    const { rows } = await client.query<{ json_build_object: Answer }>(text);
    return rows[0]!.json_build_object;
  });
}

/** Instants are the same in whatever form. */
function rowsOf({ data }: Answer): unknown {
  const instantsAlike = (key: string, value: unknown): unknown =>
    typeof value === 'string' && /(Time|At)$/.test(key) ? new Date(value).toISOString() : value;
  return JSON.parse(JSON.stringify(data.appointments.nodes), instantsAlike);
}
