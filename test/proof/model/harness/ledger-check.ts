import type pg from 'pg';
import type { Ask, Breach } from '../../../../src/oversight/verification/invariant.ts';
import { INVARIANTS } from '../../../../src/oversight/verification/verify-ledger.ts';
import { after } from '../model/ledger.ts';
import { rows, type Authorization, type Move, type World } from '../model/world.ts';
import type { Names } from './names.ts';
import { idsOf } from './snapshot.ts';

interface Entry extends Move {
  readonly total: number;
  readonly used: number;
  readonly reserved: number;
}

const ENTRIES = `
  SELECT authorization_id AS "authorization", kind, units, total_after AS total, used_after AS used, reserved_after AS reserved
    FROM ledger_entries WHERE organization_id = ANY($1) ORDER BY authorization_id, seq`;

/**
 * The ledger entries themselves, replayed, and every invariant of src/oversight/verification in these organizations.
 *
 * @returns what differs, in words
 */
export async function ledgerDiffers(client: pg.Client, world: World, names: Names): Promise<string | undefined> {
  const all = (await client.query<Entry & { authorization: string }>(ENTRIES, [idsOf(world, names)])).rows;
  for (const authorization of rows(world, 'authorizations')) {
    const own = all.filter((entry) => entry.authorization === names.real(authorization.name));
    const entries = own.map(({ kind, units, total, used, reserved }) => ({ kind, units, total, used, reserved }));
    const wrong = wrongEntries(authorization, entries);
    if (wrong) return `the entries of ${authorization.name}: ${wrong}`;
  }
  for (const id of idsOf(world, names)) {
    const breached = await firstBreach(client, id);
    if (breached) return breached;
  }
  return undefined;
}

/** Of what one call moved, the order is not promised; the balances after each entry are. */
function wrongEntries({ ledger }: Authorization, entries: readonly Entry[]): string | undefined {
  let index = 0;
  let balance = { ...EMPTY };
  for (const group of ledger) {
    const found = entries.slice(index, (index += group.length));
    if (sorted(found) !== sorted(group)) return `expected ${sorted(group)}, found ${sorted(found)}`;
    for (const { kind, units, ...afterwards } of found) {
      balance = after(balance, [{ kind, units }]);
      const { total, used, reserved } = balance;
      const replayed = JSON.stringify({ total, used, reserved });
      if (replayed !== JSON.stringify(afterwards))
        return `after ${kind} ${units} they say ${JSON.stringify(afterwards)}, and replay to ${replayed}`;
    }
  }
  return index === entries.length ? undefined : `${entries.length} entries, and ${index} expected`;
}

const EMPTY = { total: 0, used: 0, reserved: 0, ledger: [] } as unknown as Authorization;

function sorted(moves: readonly Move[]): string {
  return moves
    .map(({ kind, units }) => `${kind} ${units}`)
    .sort()
    .join(', ');
}

/** Row-level security shows the checks this organization alone, whatever else is in the database. */
async function firstBreach(client: pg.Client, organizationId: string): Promise<string | undefined> {
  const within = `BEGIN READ ONLY; SELECT set_config('app.reach', 'own', true), set_config('app.organization_id', '${organizationId}', true)`;
  const alone = INVARIANTS.filter(({ parameters }) => !parameters);
  // in one round trip
  const results = (await client.query(
    [within, ...alone.map(({ breaches }) => breaches)].join(';\n'),
  )) as unknown as pg.QueryResult<Breach>[];
  const found = results.slice(2);
  if (found.length !== alone.length) throw new Error('An invariant is one query.');
  const all = alone.map(({ name }, index) => ({ name, breach: found[index]!.rows[0] }));
  const ask: Ask = async <Row>(text: string) => (await client.query(text)).rows as Row[];
  for (const { name, breaches, parameters } of INVARIANTS)
    if (parameters) all.push({ name, breach: (await client.query<Breach>(breaches, await parameters(ask))).rows[0] });
  await client.query('COMMIT');
  const breached = all.find(({ breach }) => breach);
  return breached && `${breached.name} does not hold: ${JSON.stringify(breached.breach)}`;
}
