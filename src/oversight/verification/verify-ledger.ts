import { OWNER } from '../../platform/database/connection/settings.ts';
import { SettledClient } from '../../platform/database/connection/settled-client.ts';
import { COMPARING_WHOLE_TABLES } from '../../platform/database/connection/whole-tables.ts';
import { entryInvariants } from './entry-invariants.ts';
import { holdInvariants } from './hold-invariants.ts';
import type { Ask, Breach, Invariant } from './invariant.ts';
import { referenceInvariants } from './reference-invariants.ts';
import { trailInvariants } from './trail-invariants.ts';
import { visitInvariants } from './visit-invariants.ts';

/** All of them, in the order in which they are checked. */
export const INVARIANTS: readonly Invariant[] = [
  ...entryInvariants,
  ...holdInvariants,
  ...visitInvariants,
  ...referenceInvariants,
  ...trailInvariants,
];

export interface Verification {
  readonly breaches: readonly (Breach & { readonly invariant: string })[];
  readonly checked: Readonly<Record<'authorizations' | 'entries' | 'appointments' | 'sessions', number>>;
}

/**
 * Checks every invariant in every organization, in one transaction that reads and sees a single instant: bookings go on
 * meanwhile, and what they change is no false alarm.
 *
 * @param url a login that may read all tables: the owner's
 */
export async function verifyLedger(url: string): Promise<Verification> {
  const client = new SettledClient({
    connectionString: url,
    settings: OWNER,
    connectionTimeoutMillis: 10_000,
    application_name: 'ledger-verify',
  });
  await client.connect();
  try {
    await client.query(BEGINNING);
    const [checked] = (await client.query<Verification['checked']>(COUNTS)).rows;
    if (!checked) throw new Error('A count gives one row.');
    const breaches: Verification['breaches'][number][] = [];
    const ask: Ask = async <Row>(text: string) => (await client.query(text)).rows as Row[];
    for (const { name, breaches: text, parameters } of INVARIANTS)
      for (const breach of (await client.query<Breach>(text, await parameters?.(ask))).rows)
        breaches.push({ invariant: name, ...breach });
    await client.query('COMMIT');
    return { breaches, checked };
  } finally {
    await client.end();
  }
}

/** For this transaction alone: it reads in every organization (FORCE binds the owner, too), and sorts and joins in memory. */
export const BEGINNING = `
  BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
  ${COMPARING_WHOLE_TABLES};
  SET LOCAL work_mem = '128MB';
  SET LOCAL constraint_exclusion = off; -- else a CHECK is believed, and the rows are not looked at
  SELECT set_config('app.reach', 'all', true)`;

const COUNTS = `
  SELECT (SELECT count(*)::int FROM authorizations) AS authorizations, (SELECT count(*)::int FROM ledger_entries) AS entries,
         (SELECT count(*)::int FROM appointments) AS appointments, (SELECT count(*)::int FROM sessions) AS sessions`;
