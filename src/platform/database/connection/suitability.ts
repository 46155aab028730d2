import type pg from 'pg';
import type { ObjectLiteral } from 'typeorm';
import type { Wanted } from './settings.ts';

/** The server or the database has settings under which we do not work. */
export class Unsuitable extends Error {}

/** A setting that is not as it has to be. */
interface Difference extends ObjectLiteral {
  readonly name: string;
  readonly wanted: string;
  readonly found: string;
  readonly login: string;
  readonly database: string;
}

/**
 * The settings that differ: in this session, or, of those that we leave as they are found, in one that would begin now
 * (of ALTER ROLE and ALTER DATABASE the narrower holds). Those are kept in an administrator's words: `false` is off, `0s` is 0.
 */
const DIFFERENCES = `
  SELECT name, wanted, CASE WHEN now <> wanted THEN now ELSE told END AS found,
         session_user AS login, current_database() AS database
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS setting (name, wanted, place)
   CROSS JOIN LATERAL current_setting(name, true) now
    LEFT JOIN LATERAL (
      SELECT CASE WHEN wanted = 'on' AND words ~* '^(t|tr|tru|true|y|ye|yes|1)$'
                    OR wanted = 'off' AND words ~* '^(f|fa|fal|fals|false|n|no|of|0)$'
                    OR wanted = '0' AND words ~* '^0+ *[a-z]*$' THEN wanted ELSE words END AS told
        FROM pg_db_role_setting narrower
        JOIN pg_roles login ON login.rolname = session_user AND setrole IN (0, login.oid)
        JOIN pg_database here ON here.datname = current_database() AND setdatabase IN (0, here.oid)
       CROSS JOIN LATERAL unnest(setconfig) line
       CROSS JOIN LATERAL substr(line, strpos(line, '=') + 1) words
       WHERE name = ANY($3) AND lower(split_part(line, '=', 1)) = lower(name)
       ORDER BY setrole = 0, setdatabase = 0 LIMIT 1) of_new_sessions ON true
   WHERE now <> wanted OR lower(told) <> lower(wanted)
   ORDER BY place`;

/** Runs SQL with parameters and gives its rows. */
type Ask = (text: string, parameters: unknown[]) => Promise<ObjectLiteral[]>;

/** How a client of pg asks. */
export function asking(client: pg.Client): Ask {
  return async (text, parameters) => (await client.query<ObjectLiteral>(text, parameters)).rows;
}

/** One line that names each setting that does not suit and what to do, or none. */
export async function unsuitable(ask: Ask, { values, found }: Wanted): Promise<string | undefined> {
  const differences = await ask(DIFFERENCES, [Object.keys(values), Object.values(values), found]);
  return (differences as Difference[]).map(lineOf).join(' ') || undefined;
}

/** @throws Unsuitable with that line */
export async function requireSuitable(ask: Ask, wanted: Wanted): Promise<void> {
  const line = await unsuitable(ask, wanted);
  if (line) throw new Unsuitable(line);
}

function lineOf(difference: Difference): string {
  const { name, wanted, found } = difference;
  return `The setting ${name} is ${found} and has to be ${wanted}: ${remedyOf(difference)}.`;
}

function remedyOf({ name, wanted, login, database }: Difference): string {
  if (name === 'server_encoding')
    return `make the database anew, with CREATE DATABASE ... TEMPLATE template0 ENCODING 'UTF8'`;
  if (name === 'in_hot_standby') return 'this server is a standby, so name the primary';
  // narrower than this there is nothing
  return `let an administrator run ALTER ROLE "${login}" IN DATABASE "${database}" SET ${name} = '${wanted}'`;
}
