import { OWNER } from '../../platform/database/connection/settings.ts';
import { SettledClient } from '../../platform/database/connection/settled-client.ts';
import { COMPARING_WHOLE_TABLES } from '../../platform/database/connection/whole-tables.ts';
import type { Anchor } from './anchors.ts';
import { ANCHORED, CHECKS, COUNTS, HEADS, type Difference } from './trail-checks.ts';

export interface Verification {
  readonly differences: readonly Difference[];
  /** More than `differences` where there are too many to name. */
  readonly total: number;
  readonly events: number;
  /** The newest, which the next run seals. */
  readonly unsealed: number;
  /** The newest seal of each chain. */
  readonly heads: readonly Anchor[];
}

/**
 * Recomputes every hash of the trail inside the database and compares. It reads one snapshot, so that sealing and booking
 * go on meanwhile, and changes nothing.
 *
 * @param url a login that may read audit_events and the tables of the schema audit, such as the owner's
 */
export async function verifyTrail(url: string, anchors: readonly Anchor[] = []): Promise<Verification> {
  const client = new SettledClient({ connectionString: url, settings: OWNER });
  await client.connect();
  try {
    await client.query(BEGINNING);
    const found: Difference[] = [];
    let total = 0;
    for (const [text, values] of [
      ...CHECKS.map((check) => [check] as const),
      [ANCHORED, [JSON.stringify(anchors)]] as const,
    ]) {
      const { rows } = await client.query<Difference & { total: number }>(text, values as string[] | undefined);
      total += rows[0]?.total ?? 0;
      found.push(...rows);
    }
    const { rows: heads } = await client.query<Anchor>(HEADS);
    const { rows: counts } = await client.query<{ events: number; unsealed: number }>(COUNTS);
    return { differences: found, total, heads, ...(counts[0] ?? { events: 0, unsealed: 0 }) };
  } finally {
    await client.end();
  }
}

/** The owner is bound by row-level security as well. The paths and limits are for this transaction alone. */
export const BEGINNING = `
  BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
  ${COMPARING_WHOLE_TABLES};
  SET LOCAL work_mem = '256MB';
  SELECT set_config('app.reach', 'all', true), set_config('search_path', 'pg_catalog', true)`;
