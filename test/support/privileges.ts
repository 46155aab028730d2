import type pg from 'pg';
import { connected } from './sql.ts';

/** As `SELECT appointments.id`, `DELETE second_factors`, `EXECUTE app.take_points`. */
export type Privilege = string;

/** Of pg_class and pg_proc: what the application could touch, and who it is. */
const OURS = `n.nspname IN ('public', 'app', 'audit', 'archive')`;

/** Of nodes/parsenodes.h. */
const [INSERT, SELECT, UPDATE, DELETE] = [1, 2, 4, 8];
/** Columns are counted from the first of the system's, which is -6; 0 stands for all of a row. */
const COLUMN_OFFSET = 7;
const PERMISSIONS =
  /:relid (\d+)[^{}]*? :requiredPerms (\d+) :checkAsUser \d+ :selectedCols \(b([^)]*)\) :insertedCols \(b([^)]*)\) :updatedCols \(b([^)]*)\)/g;

/** Whether a grant meets a need, as that of a table does one of its columns. */
export function covers(grant: Privilege, need: Privilege): boolean {
  const [what = '', table = ''] = need.split(' ');
  if (what === 'LOCK') return grant.startsWith(`UPDATE ${table}.`);
  return need === grant || need.startsWith(`${grant}.`);
}

/**
 * What statements need, as PostgreSQL itself says: it prints of each what it would ask for. A statement is looked at and not
 * executed.
 */
export async function needsOf(adminUrl: string, statements: Iterable<string>): Promise<Set<Privilege>> {
  return connected(adminUrl, async (admin) => {
    const names = await namesOf(admin);
    const needs = new Set<Privilege>();
    let tree = '';
    admin.on('notice', ({ detail }) => (tree += detail ?? ''));
    await admin.query(`SET debug_print_parse = on; SET debug_pretty_print = off; SET client_min_messages = log`);
    for (const statement of statements) {
      tree = '';
      await admin.query(`PREPARE looked_at AS ${statement}`);
      for (const need of needsIn(tree.replace(/\s+/g, ' '), names)) needs.add(need);
      await admin.query('DEALLOCATE looked_at');
    }
    return needs;
  });
}

interface Names {
  readonly tables: ReadonlyMap<number, { readonly name: string; readonly columns: ReadonlyMap<number, string> }>;
  readonly functions: ReadonlyMap<number, string>;
}

function* needsIn(tree: string, { tables, functions }: Names): Iterable<Privilege> {
  for (const [, id] of tree.matchAll(/:funcid (\d+)/g)) {
    const name = functions.get(Number(id));
    if (name) yield `EXECUTE ${name}`;
  }
  for (const [, id, bits, selected = '', inserted = '', updated = ''] of tree.matchAll(PERMISSIONS)) {
    const table = tables.get(Number(id));
    if (!table) continue; // PostgreSQL's own
    const asked = Number(bits);
    const named = (privilege: string, columns: string): Privilege[] =>
      columnsIn(columns, table.columns).map((column) => `${privilege} ${table.name}.${column}`);
    if (asked & SELECT) yield* named('SELECT', selected);
    if (asked & INSERT) yield* named('INSERT', inserted);
    if (asked & UPDATE) yield* named('UPDATE', updated);
    // FOR UPDATE and its likes ask for the right to change any one column
    if (asked & UPDATE && !updated.trim()) yield `LOCK ${table.name}`;
    if (asked & DELETE) yield `DELETE ${table.name}`;
  }
}

function columnsIn(bits: string, columns: ReadonlyMap<number, string>): string[] {
  const numbers = bits
    .trim()
    .split(/\s+/)
    .filter(Boolean)
    .map((bit) => Number(bit) - COLUMN_OFFSET);
  return numbers.includes(0) ? [...columns.values()] : numbers.flatMap((number) => columns.get(number) ?? []);
}

async function namesOf(admin: pg.Client): Promise<Names> {
  const columns = await admin.query<{ id: number; table: string; number: number; column: string }>(`
    SELECT c.oid::int AS id, CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS table,
           a.attnum::int AS number, a.attname AS column
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE ${OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped`);
  const tables = new Map<number, { name: string; columns: Map<number, string> }>();
  for (const { id, table, number, column } of columns.rows) {
    const known = tables.get(id) ?? { name: table, columns: new Map() };
    known.columns.set(number, column);
    tables.set(id, known);
  }
  const functions = await admin.query<{ id: number; name: string }>(`
    SELECT p.oid::int AS id, n.nspname || '.' || p.proname AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE ${OURS} AND NOT has_function_privilege('public', p.oid, 'EXECUTE')`);
  return { tables, functions: new Map(functions.rows.map(({ id, name }) => [id, name])) };
}

/**
 * What a role may do, by grants to itself. To change is told by column, whoever granted the whole table; to read and to add is
 * told of the whole table where all of it was granted: who reads or adds rows has to do with whole ones.
 */
export async function grantsOf(adminUrl: string, role: string): Promise<Set<Privilege>> {
  return connected(adminUrl, async (admin) => {
    const ofTables = await admin.query<{ privilege: string }>(
      `WITH tables AS (
         SELECT c.oid, CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS name
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE ${OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f'))
       SELECT format('%s %s.%s', p, name, attname) AS privilege
         FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND attnum > 0 AND NOT attisdropped,
              unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) p
        WHERE has_column_privilege($1, t.oid, attnum, p) AND (p = 'UPDATE' OR NOT has_table_privilege($1, t.oid, p))
       UNION ALL
       SELECT format('%s %s', p, name)
         FROM tables t, unnest(ARRAY['SELECT', 'INSERT', 'REFERENCES', 'DELETE', 'TRUNCATE', 'TRIGGER']) p
        WHERE has_table_privilege($1, t.oid, p)`,
      [role],
    );
    const ofFunctions = await admin.query<{ privilege: string }>(
      // those that everybody may call, since nobody said otherwise, are no grants to the role
      `SELECT DISTINCT format('EXECUTE %s.%s', n.nspname, p.proname) AS privilege
         FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, aclexplode(p.proacl) g
        WHERE ${OURS} AND g.grantee = $1::regrole`,
      [role],
    );
    return new Set([...ofTables.rows, ...ofFunctions.rows].map(({ privilege }) => privilege));
  });
}
