import pg from 'pg';
import { backOff } from '../../platform/database/connection/back-off.ts';
import { OWNER, WANTED_BY_THE_OWNER } from '../../platform/database/connection/settings.ts';
import { SettledClient } from '../../platform/database/connection/settled-client.ts';
import { sqlStateOf } from '../../platform/database/connection/sql-errors.ts';
import { asking, requireSuitable } from '../../platform/database/connection/suitability.ts';

export interface Archive {
  /** Events that had landed in DEFAULT and are in their months now. */
  readonly filed: number;
  /** Partitions that were moved, oldest first. */
  readonly moved: readonly string[];
}

const MOST_ATTEMPTS = 10;
const LOCK_NOT_AVAILABLE = '55P03';

/** What the operator asked for makes no sense; the message says why. */
export class NotArchived extends Error {}

/**
 * Moves the months before `before` (YYYY-MM) to the schema archive. They stay part of the trail: the API and audit:verify
 * see them as before, and no event is removed.
 *
 * Locks: the month that is moved, alone, which bookings do not write to; for a month that had to be filed, DEFAULT. It
 * waits two seconds for each and tries again, so that whoever comes after it does not wait longer.
 *
 * @param url the owner's login
 * @param tablespace where the months are put; reading the trail waits while one is copied there
 */
export async function archiveMonths(url: string, before: string, tablespace?: string): Promise<Archive> {
  const client = new SettledClient({ connectionString: url, settings: OWNER });
  await client.connect();
  try {
    await requireSuitable(asking(client), WANTED_BY_THE_OWNER);
    await requireOver(client, before);
    await client.query(`SET lock_timeout = '2s'`);
    const filed = await patiently(() =>
      client.query<{ filed: number }>('SELECT app.file_audit_events()::int AS filed'),
    );
    if (filed.rows[0]?.filed) await client.query('VACUUM audit.events_default');
    const { rows } = await client.query<{ name: string }>(MONTHS, [before]);
    for (const { name } of rows) {
      await patiently(() => client.query(moving(name, tablespace)));
      // never to be written again: nothing of it has to be frozen later
      await client.query(`VACUUM (FREEZE, ANALYZE) archive.${pg.escapeIdentifier(name)}`);
    }
    return { filed: filed.rows[0]?.filed ?? 0, moved: rows.map(({ name }) => name) };
  } finally {
    await client.end();
  }
}

const MONTHS = `
  SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
   WHERE i.inhparent = 'public.audit_events'::regclass AND c.relnamespace = 'audit'::regnamespace
     AND c.relname ~ '^events_[0-9]{4}_[0-9]{2}$' AND c.relname < 'events_' || replace($1, '-', '_')
   ORDER BY 1`;

async function requireOver(client: pg.Client, before: string): Promise<void> {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(before)) throw new NotArchived('--before must be a month, YYYY-MM.');
  const { rows } = await client.query<{ month: string }>(
    `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM') AS month`,
  );
  const current = rows[0]?.month ?? '';
  if (before > current)
    throw new NotArchived(`Only months that are over can be archived: --before ${current} at the latest.`);
}

/** Several statements in one query are one transaction: the month is here or there. */
function moving(name: string, tablespace: string | undefined): string {
  const month = `archive.${pg.escapeIdentifier(name)}`;
  const there = `ALTER TABLE audit.${pg.escapeIdentifier(name)} SET SCHEMA archive;`;
  if (!tablespace) return there;
  return `${there} ALTER TABLE ${month} SET TABLESPACE ${pg.escapeIdentifier(tablespace)};
    DO $$ DECLARE i regclass; BEGIN
      FOR i IN SELECT indexrelid::regclass FROM pg_index WHERE indrelid = ${pg.escapeLiteral(month)}::regclass LOOP
        EXECUTE format('ALTER INDEX %s SET TABLESPACE %I', i, ${pg.escapeLiteral(tablespace)});
      END LOOP; END $$;`;
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE || attempt === MOST_ATTEMPTS) throw error;
      await backOff(attempt);
    }
  }
}
